import type { SampleService } from './service.ts'

/** Eating, sleeping, washing. */
export const BODY: readonly SampleService[] = [
  {
    slug: 'repas-midi', by: 'tablee', at: 'halle', needs: ['meal'], hours: 'Mo-Sa 11:45-13:30', phone: '03 53 01 10 01', free: true, walkIn: true, animals: true, speaks: 'fr en ar',
    name: ['Repas chaud du midi', 'Hot lunch', 'وجبة غداء ساخنة'],
    text: ['Un repas complet, assis, servi à toute personne qui se présente. Un plat sans viande chaque jour. Rien n’est demandé.', 'A full sit-down meal for anyone who comes. A meatless dish every day. Nothing is asked.', 'وجبة كاملة لكل من يحضر، وطبق بلا لحم كل يوم. لا يُطلب منكم شيء.'],
  },
  {
    slug: 'soupe-soir', by: 'tablee', at: 'gare', needs: ['meal'], hours: 'Mo-Su 19:30-21:00', free: true, walkIn: true, animals: true, speaks: 'fr en',
    name: ['Soupe du soir à la gare', 'Evening soup at the station', 'حساء المساء في المحطة'],
    text: ['Soupe, pain et boisson chaude, debout, tous les soirs de l’année devant la gare.', 'Soup, bread and a hot drink, standing, every evening of the year outside the station.', 'حساء وخبز ومشروب ساخن كل مساء أمام المحطة.'],
  },
  {
    slug: 'petit-dejeuner', by: 'rive', at: 'foyer', needs: ['meal', 'day-centre'], hours: 'Mo-Fr 07:30-09:30', free: true, walkIn: true, animals: true,
    name: ['Petit-déjeuner de la Rive', 'Breakfast at La Rive', 'فطور الصباح'],
    text: ['Café, tartines et fruits au chaud, avant la journée.', 'Coffee, bread and fruit in the warm, before the day begins.', 'قهوة وخبز وفواكه في مكان دافئ قبل بداية اليوم.'],
  },
  {
    slug: 'epicerie-solidaire', by: 'panier', at: 'vieuxpont', needs: ['groceries'], hours: 'Tu,Th 14:00-18:00; Sa 09:30-12:00', phone: '03 53 01 10 04', fees: 'De 10 à 30 % du prix habituel.', who: 'Sur inscription, selon le reste à vivre.', bring: ['Un justificatif de ressources', 'Un sac'], speaks: 'fr ar tr',
    name: ['Épicerie solidaire', 'Social grocery', 'بقالة تضامنية'],
    text: ['Choisir ses courses à petit prix : fruits, légumes, produits d’hygiène et pour bébé.', 'Choose your own groceries at low prices: fruit, vegetables, hygiene and baby products.', 'اختاروا مشترياتكم بأسعار منخفضة: فواكه وخضار ومواد نظافة ولوازم الرضّع.'],
  },
  {
    slug: 'colis-urgence', by: 'ccas', at: 'ccas', needs: ['groceries'], hours: 'Mo-Fr 09:00-12:00', phone: '03 53 01 10 05', free: true, walkIn: true, speaks: 'fr en',
    name: ['Colis alimentaire d’urgence', 'Emergency food parcel', 'سلة غذائية عاجلة'],
    text: ['Trois jours de provisions, remis le jour même. Un travailleur social vous reçoit ensuite si vous le souhaitez.', 'Three days of food, handed over the same day. A social worker can see you afterwards if you wish.', 'مؤونة ثلاثة أيام تُسلَّم في اليوم نفسه، ويستقبلكم مرشد اجتماعي إن رغبتم.'],
  },
  {
    slug: 'fontaine-parvis', by: 'ville', at: 'fontaine', needs: ['water'], hours: 'Mo-Su 00:00-24:00', free: true, walkIn: true, animals: true,
    name: ['Fontaine du Parvis', 'Drinking fountain on the square', 'نافورة الساحة'],
    text: ['Eau potable, jour et nuit, d’avril à novembre. Remplir sa gourde est permis.', 'Drinking water day and night, April to November. Bottles welcome.', 'ماء صالح للشرب ليلا ونهارا من أبريل إلى نوفمبر.'],
  },
  {
    slug: 'eau-tannerie', by: 'ville', at: 'tannerie', needs: ['water'], hours: 'Mo-Su 08:00-20:00', free: true, walkIn: true, animals: true,
    name: ['Point d’eau du quai', 'Water point on the quay', 'نقطة ماء على الرصيف'],
    text: ['Robinet d’eau potable et brumisateur en été.', 'Drinking-water tap, and a mist in summer.', 'صنبور ماء للشرب ورذاذ في الصيف.'],
  },
  {
    slug: 'marmites-jeudi', by: 'marmites', at: 'vieuxpont', needs: ['meal', 'meet'], hours: 'Th 18:30-21:00', phone: '06 39 98 10 08', free: true, walkIn: true, speaks: 'fr ar wo',
    name: ['Les Marmites du jeudi', 'Thursday pots', 'طناجر الخميس'],
    text: ['On cuisine à plusieurs, on mange ensemble, on repart avec une part. Venez avec un légume si vous en avez un.', 'Cook together, eat together, take a share home. Bring a vegetable if you have one.', 'نطبخ ونأكل معا ونعود بحصة. أحضروا خضارا إن تيسّر.'],
  },
  {
    slug: 'mise-abri', by: 'rive', at: 'foyer', needs: ['shelter'], hours: 'Mo-Su 18:00-09:00', phone: '03 53 01 10 09', free: true, animals: true, apply: 'Appelez le 115, ou présentez-vous à partir de 18 h : vingt places sont gardées jusqu’à 20 h.', speaks: 'fr en ar',
    name: ['Mise à l’abri de nuit', 'Night shelter', 'مأوى ليلي'],
    text: ['Un lit, une douche, un repas, pour la nuit. Les chiens sont acceptés.', 'A bed, a shower and a meal for the night. Dogs are welcome.', 'سرير ودوش ووجبة لليلة واحدة. الكلاب مقبولة.'],
  },
  {
    slug: 'hebergement-familles', by: 'ccas', needs: ['shelter', 'housing'], phone: '03 53 01 10 10', free: true, apply: 'Par téléphone, du lundi au vendredi.', who: 'Familles avec enfants, femmes enceintes.', note: 'L’adresse est donnée au téléphone.',
    name: ['Hébergement des familles', 'Shelter for families', 'إيواء العائلات'],
    text: ['Des chambres pour les parents et leurs enfants, le temps de trouver mieux.', 'Rooms for parents and their children until something better is found.', 'غرف للوالدين وأطفالهم ريثما يجدون حلا أفضل.'],
  },
  {
    slug: 'conseil-logement', by: 'toits', at: 'droit', needs: ['housing', 'legal'], hours: 'Mo,We 09:00-12:30; Th 13:30-17:30', phone: '03 53 01 10 11', free: true, apply: 'Sur rendez-vous ; sans rendez-vous le mercredi.', bring: ['Le bail ou le courrier reçu'], speaks: 'fr en',
    name: ['Conseil logement', 'Housing advice', 'استشارة في السكن'],
    text: ['Demande de logement social, loyers impayés, expulsion, logement humide : un juriste lit vos papiers avec vous.', 'Social-housing requests, rent arrears, eviction, damp: a lawyer reads your papers with you.', 'طلب السكن الاجتماعي، تأخر الإيجار، الإخلاء، الرطوبة: يقرأ القانوني أوراقكم معكم.'],
  },
  {
    slug: 'demande-hlm', by: 'ville', at: 'mairie', needs: ['housing'], hours: 'Mo-Fr 08:30-12:00,13:30-17:00', phone: '03 53 01 10 12', free: true, walkIn: true, bring: ['Une pièce d’identité', 'Le dernier avis d’impôt'],
    name: ['Demander un logement social', 'Apply for social housing', 'طلب سكن اجتماعي'],
    text: ['Dépôt et suivi de la demande, aide pour remplir le dossier.', 'File and follow your request, with help for the form.', 'تقديم الطلب ومتابعته مع المساعدة في ملء الملف.'],
  },
  {
    slug: 'accueil-jour', by: 'rive', at: 'tannerie', needs: ['day-centre', 'toilet'], hours: 'Mo-Fr 09:00-17:00; Su 10:00-16:00', phone: '03 53 01 10 13', free: true, walkIn: true, animals: true, speaks: 'fr en ar es',
    name: ['Accueil de jour La Tannerie', 'La Tannerie day centre', 'استقبال نهاري'],
    text: ['S’asseoir au chaud, boire un café, recharger son téléphone, laisser un sac dans un casier. Personne ne demande pourquoi vous êtes là.', 'Sit in the warm, drink a coffee, charge your phone, leave a bag in a locker. Nobody asks why you are here.', 'اجلسوا في الدفء، اشربوا قهوة، اشحنوا الهاتف، واتركوا حقيبتكم في خزانة. لا أحد يسألكم عن السبب.'],
  },
  {
    slug: 'bains-douches', by: 'ville', at: 'bains', needs: ['shower', 'toilet'], hours: 'Tu-Sa 07:30-12:30; We 14:00-18:00; Su 08:00-12:00', phone: '03 53 01 10 14', free: true, walkIn: true,
    name: ['Bains-douches municipaux', 'Public baths', 'الحمامات البلدية'],
    text: ['Douches individuelles, serviette et savon prêtés. Cabines larges pour les familles et les fauteuils roulants.', 'Single showers, towel and soap lent. Wide cabins for families and wheelchairs.', 'دوشات فردية مع منشفة وصابون، وكابينات واسعة للعائلات والكراسي المتحركة.'],
  },
  {
    slug: 'douches-rive', by: 'rive', at: 'foyer', needs: ['shower'], hours: 'Mo-Fr 09:30-11:30', free: true, walkIn: true, animals: true,
    name: ['Douches du foyer', 'Showers at the hostel', 'دوش المأوى'],
    text: ['Douche et nécessaire de toilette, le matin.', 'A shower and toiletries, in the morning.', 'دوش ولوازم النظافة صباحا.'],
  },
  {
    slug: 'laverie', by: 'rive', at: 'tannerie', needs: ['laundry'], hours: 'Mo,We,Fr 09:00-15:00', fees: '1 € la machine, lessive comprise ; gratuit si c’est trop.', apply: 'On s’inscrit le matin même.',
    name: ['Laverie solidaire', 'Low-cost laundry', 'مغسلة تضامنية'],
    text: ['Laver et sécher son linge pendant que l’on prend un café à l’accueil de jour.', 'Wash and dry your clothes while having a coffee at the day centre.', 'اغسلوا ملابسكم وجففوها وأنتم تشربون قهوة.'],
  },
  {
    slug: 'toilettes-halle', by: 'ville', at: 'sanitaires', needs: ['toilet'], hours: 'Mo-Su 06:00-23:00', free: true, walkIn: true,
    name: ['Toilettes de la Halle', 'Toilets at the market hall', 'مراحيض السوق'],
    text: ['Gratuites, nettoyées quatre fois par jour, table à langer. Protections périodiques en libre-service.', 'Free, cleaned four times a day, baby-changing table. Period products to take.', 'مجانية، تُنظَّف أربع مرات يوميا، مع طاولة لتغيير الحفاضات.'],
  },
  {
    slug: 'ciseaux', by: 'ciseaux', at: 'tannerie', needs: ['shower'], hours: '1SA 09:30-12:30', free: true, walkIn: true, phone: '06 39 98 10 18',
    name: ['Coupe de cheveux solidaire', 'Free haircut', 'حلاقة مجانية'],
    text: ['Deux coiffeurs et une barbière coupent les cheveux, le premier samedi du mois.', 'Two hairdressers and a barber cut hair on the first Saturday of the month.', 'قص الشعر مجانا في أول سبت من كل شهر.'],
  },
]
