import type { SampleService } from './service.ts'

/** Learning, working, children, the neighbourhood. */
export const LIFE: readonly SampleService[] = [
  {
    slug: 'cours-francais', by: 'mots', at: 'vieuxpont', needs: ['french'], hours: 'Mo,We 09:00-11:30; Tu,Th 18:30-20:30', phone: '03 53 01 30 01', fees: '10 € pour l’année.', apply: 'Un petit test le lundi à 9 h, puis vous commencez.', speaks: 'fr',
    name: ['Cours de français', 'French lessons', 'دروس اللغة الفرنسية'],
    text: ['Du premier mot au diplôme, par groupes de dix. Les enfants sont gardés le matin.', 'From first words to a diploma, in groups of ten. Children are looked after in the morning.', 'من الكلمة الأولى إلى الشهادة، في مجموعات من عشرة. رعاية الأطفال صباحا.'],
  },
  {
    slug: 'the-conversation', by: 'conversation', at: 'mediatheque', needs: ['french', 'meet'], hours: 'Fr 15:00-17:00', free: true, walkIn: true, speaks: 'fr ar en',
    name: ['Thé et conversation', 'Tea and talk', 'شاي ومحادثة'],
    text: ['On parle français, lentement, de tout. Personne ne corrige sans demander.', 'Slow French about anything. Nobody corrects you without asking.', 'نتحدث الفرنسية ببطء عن كل شيء، ولا أحد يصحح دون استئذان.'],
  },
  {
    slug: 'lire-ecrire', by: 'mots', at: 'tilleuls', needs: ['french'], hours: 'Tu,Fr 14:00-16:00', free: true, phone: '03 53 01 30 01',
    name: ['Apprendre à lire et à écrire', 'Learn to read and write', 'محو الأمية'],
    text: ['Pour les adultes, à son rythme, à deux ou trois.', 'For adults, at your own pace, in twos and threes.', 'للكبار، حسب وتيرتكم، في مجموعات صغيرة.'],
  },
  {
    slug: 'atelier-numerique', by: 'mediatheque', at: 'mediatheque', needs: ['digital'], hours: 'We,Sa 14:00-17:00', free: true, apply: 'S’inscrire à l’accueil.',
    name: ['Atelier ordinateur et téléphone', 'Computer and phone workshop', 'ورشة الحاسوب والهاتف'],
    text: ['Créer une adresse, envoyer une photo, reconnaître une arnaque.', 'Create an address, send a photo, spot a scam.', 'إنشاء بريد، إرسال صورة، كشف الاحتيال.'],
  },
  {
    slug: 'imprimer', by: 'mediatheque', at: 'mediatheque', needs: ['digital', 'library'], hours: 'Tu-Fr 10:00-19:00; Sa 10:00-18:00', fees: 'Dix pages gratuites par mois, puis 0,10 € la page.', walkIn: true,
    name: ['Imprimer, scanner, se connecter', 'Print, scan, go online', 'طباعة ومسح وإنترنت'],
    text: ['Douze postes, une imprimante, un scanner, et quelqu’un pour aider.', 'Twelve computers, a printer, a scanner, and someone to help.', 'اثنا عشر حاسوبا وطابعة وماسح ومن يساعدكم.'],
  },
  {
    slug: 'mediatheque', by: 'mediatheque', at: 'mediatheque', needs: ['library'], hours: 'Tu-Fr 10:00-19:00; Sa 10:00-18:00', phone: '03 53 01 30 06', free: true, walkIn: true, speaks: 'fr en',
    name: ['Médiathèque', 'Library', 'مكتبة'],
    text: ['Lire, étudier, emprunter. Une étagère en arabe, en anglais, en turc et en ukrainien. Au calme et au chaud.', 'Read, study, borrow. A shelf in Arabic, English, Turkish and Ukrainian. Quiet and warm.', 'قراءة ودراسة واستعارة، مع رف بالعربية والإنجليزية والتركية والأوكرانية.'],
  },
  {
    slug: 'conseil-emploi', by: 'emploi', at: 'emploi', needs: ['job'], hours: 'Mo-Th 09:00-12:30,13:30-17:00; Fr 09:00-12:30', phone: '03 53 01 30 07', free: true, walkIn: true, bring: ['Un CV, même ancien'], speaks: 'fr en',
    name: ['Chercher un emploi', 'Find a job', 'البحث عن عمل'],
    text: ['Offres de la vallée, CV, entretiens. Un conseiller vous suit jusqu’à la fin de l’essai.', 'Local offers, CV, interviews. One adviser follows you until the end of the trial period.', 'عروض محلية وسيرة ذاتية ومقابلات مع مستشار يرافقكم.'],
  },
  {
    slug: 'mission-jeunes', by: 'emploi', at: 'emploi', needs: ['job', 'training'], hours: 'Mo-Fr 09:00-12:00,14:00-17:00', phone: '03 53 01 30 08', free: true, who: 'De 16 à 25 ans.',
    name: ['Mission jeunes', 'Young people 16–25', 'مهمة الشباب'],
    text: ['Emploi, formation, permis, logement : un seul conseiller pour tout.', 'Job, training, driving licence, housing: one adviser for all of it.', 'عمل وتكوين ورخصة وسكن مع مستشار واحد.'],
  },
  {
    slug: 'formation', by: 'emploi', at: 'emploi', needs: ['training'], hours: 'Tu,Th 09:00-17:00', free: true, apply: 'Sur rendez-vous au 03 53 01 30 07.',
    name: ['Se former à un métier', 'Learn a trade', 'تعلم مهنة'],
    text: ['Apprentissage, reconversion, diplômes par l’expérience ; une rémunération est souvent possible.', 'Apprenticeships, changing trade, diplomas by experience; pay is often possible.', 'تمهن وتغيير مهنة وشهادات بالخبرة، مع أجر في الغالب.'],
  },
  {
    slug: 'creer-activite', by: 'emploi', at: 'halle', needs: ['business'], hours: 'We 09:00-12:30', phone: '03 53 01 30 10', free: true,
    name: ['Créer son activité', 'Start your own business', 'إنشاء مشروع'],
    text: ['Du projet au premier client : statut, microcrédit, caisse, emplacement au marché.', 'From idea to first customer: status, microcredit, a stall at the market.', 'من الفكرة إلى أول زبون: الصفة القانونية وقرض صغير ومكان في السوق.'],
  },
  {
    slug: 'chantier-recyclerie', by: 'recyclerie', at: 'recyclerie', needs: ['job', 'training'], hours: 'Mo 14:00-16:00', free: true, apply: 'Réunion d’information chaque lundi à 14 h.',
    name: ['Travailler à la Recyclerie', 'Work at the reuse centre', 'العمل في مركز إعادة الاستعمال'],
    text: ['Contrats de 24 heures par semaine pour reprendre pied, avec un accompagnement.', 'Contracts of 24 hours a week to get back on your feet, with support.', 'عقود 24 ساعة أسبوعيا للعودة إلى العمل مع مرافقة.'],
  },
  {
    slug: 'creche', by: 'enfance', at: 'enfance', needs: ['childcare'], hours: 'Mo-Fr 07:30-18:30', phone: '03 53 01 30 12', fees: 'Selon les revenus.', apply: 'Dossier à l’accueil ; quelques places de dépannage chaque jour.',
    name: ['Crèche et halte-garderie', 'Nursery and drop-in care', 'حضانة'],
    text: ['De dix semaines à trois ans, à la journée ou pour deux heures.', 'From ten weeks to three years, by the day or for two hours.', 'من عشرة أسابيع إلى ثلاث سنوات، ليوم أو لساعتين.'],
  },
  {
    slug: 'nounous', by: 'nounous', at: 'tilleuls', needs: ['childcare', 'parents'], note: 'Les jours changent : demandez au centre social.', free: true, area: 'Quartier des Peupliers', speaks: 'fr wo',
    name: ['Nounous des Peupliers', 'Parents’ childcare circle', 'رعاية متبادلة بين الأهالي'],
    text: ['Une heure rendue pour une heure donnée. Première rencontre au centre social.', 'An hour given for an hour taken. First meeting at the community centre.', 'ساعة مقابل ساعة. اللقاء الأول في المركز الاجتماعي.'],
  },
  {
    slug: 'ludotheque', by: 'tilleuls', at: 'tilleuls', needs: ['play'], hours: 'We 10:00-12:00,14:00-18:00; Sa 14:00-18:00', phone: '03 53 01 30 14', free: true, walkIn: true,
    name: ['Ludothèque', 'Toy library', 'مكتبة الألعاب'],
    text: ['Jouer sur place, emporter un jeu pour deux semaines. Dès la naissance.', 'Play here, take a game home for two weeks. From birth on.', 'العبوا هنا أو خذوا لعبة لأسبوعين.'],
  },
  {
    slug: 'centre-loisirs', by: 'ville', at: 'enfance', needs: ['play', 'childcare'], hours: 'We 08:00-18:00', phone: '03 53 01 30 15', fees: 'De 2 à 14 € la journée, selon les revenus.', who: 'De 3 à 11 ans.',
    name: ['Centre de loisirs du mercredi', 'Wednesday play centre', 'مركز الترفيه يوم الأربعاء'],
    text: ['Jeux, sorties, repas ; tous les jours pendant les vacances.', 'Games, outings, lunch; every day in the holidays.', 'ألعاب ورحلات ووجبة، وكل يوم في العطل.'],
  },
  {
    slug: 'devoirs-voisins', by: 'devoirs', at: 'mediatheque', needs: ['homework'], hours: 'Tu,Th 17:00-18:45', free: true, walkIn: true, who: 'Du CP à la terminale.', speaks: 'fr ar tr',
    name: ['Devoirs entre voisins', 'Homework with neighbours', 'واجبات مدرسية مع الجيران'],
    text: ['Des étudiants s’assoient à côté de votre enfant, et de vous si vous le voulez.', 'Students sit beside your child, and beside you if you like.', 'طلبة يجلسون بجانب أطفالكم ويساعدونهم.'],
  },
  {
    slug: 'inscription-ecole', by: 'ville', at: 'mairie', needs: ['homework'], hours: 'Mo-Fr 08:30-12:00', phone: '03 53 01 30 17', free: true, walkIn: true, bring: ['Le carnet de vaccination', 'Un justificatif d’adresse, ou une attestation'],
    name: ['Inscrire son enfant à l’école', 'Enrol a child at school', 'تسجيل الطفل في المدرسة'],
    text: ['Tous les enfants de 3 à 16 ans ont une place, quels que soient les papiers des parents.', 'Every child from 3 to 16 has a place, whatever papers the parents have.', 'لكل طفل بين 3 و16 سنة مكان في المدرسة مهما كانت أوراق الوالدين.'],
  },
  {
    slug: 'cafe-parents', by: 'tilleuls', at: 'tilleuls', needs: ['parents'], hours: 'Fr 09:00-11:00', free: true, walkIn: true,
    name: ['Café des parents', 'Parents’ coffee', 'مقهى الوالدين'],
    text: ['Sommeil, écrans, adolescence, séparation : on en parle entre parents, avec une éducatrice.', 'Sleep, screens, teenagers, separation: parents talk, with an educator.', 'النوم والشاشات والمراهقة والانفصال: حديث بين الأهالي مع مربية.'],
  },
  {
    slug: 'repair-cafe', by: 'recyclerie', at: 'recyclerie', needs: ['repair'], hours: '1SA 14:00-18:00; 3SA 14:00-18:00', free: true, walkIn: true,
    name: ['Café de la réparation', 'Repair café', 'مقهى التصليح'],
    text: ['Grille-pain, lampe, jouet : apportez l’objet, on le répare ensemble. Huit sur dix repartent en marche.', 'Toaster, lamp, toy: bring it and mend it together.', 'محمصة أو مصباح أو لعبة: أحضروها ونصلحها معا.'],
  },
  {
    slug: 'telephones', by: 'telephones', at: 'vieuxpont', needs: ['repair'], hours: 'Mo 17:30-20:00; Sa 10:00-12:00', phone: '06 39 98 30 20', fees: 'La pièce au prix coûtant, le travail offert.', walkIn: true, speaks: 'fr ar en',
    name: ['Réparer son téléphone', 'Phone repair', 'تصليح الهواتف'],
    text: ['Écran, batterie, prise de charge : souvent réparé pendant que vous attendez.', 'Screen, battery, charging port: often done while you wait.', 'شاشة وبطارية ومنفذ شحن: غالبا أثناء انتظاركم.'],
  },
  {
    slug: 'couture', by: 'couture', at: 'vieuxpont', needs: ['repair', 'clothes'], hours: 'Tu 14:00-18:00; Fr 09:00-12:00', phone: '06 39 98 30 21', fees: 'Ourlet 4 €, fermeture éclair 6 €.', walkIn: true, speaks: 'fr wo ff',
    name: ['Couture et retouches', 'Sewing and alterations', 'خياطة وتعديل'],
    text: ['Ourlets, fermetures, boutons, robes sur mesure. Une machine est libre pour apprendre.', 'Hems, zips, buttons, dresses made to measure. A machine is free for learners.', 'تقصير وسحّابات وأزرار وفساتين على المقاس.'],
  },
  {
    slug: 'vestiaire', by: 'recyclerie', at: 'recyclerie', needs: ['clothes'], hours: 'Tu-Sa 10:00-18:00', phone: '03 53 01 30 22', fees: 'De 0,50 à 8 €.', walkIn: true,
    name: ['Friperie des Forges', 'Second-hand clothes', 'ملابس مستعملة'],
    text: ['Vêtements, chaussures, meubles et vaisselle à petit prix.', 'Clothes, shoes, furniture and dishes at low prices.', 'ملابس وأحذية وأثاث وأوان بأسعار منخفضة.'],
  },
  {
    slug: 'vestiaire-urgence', by: 'ccas', at: 'ccas', needs: ['clothes'], hours: 'Mo,Th 14:00-16:30', free: true, walkIn: true,
    name: ['Vestiaire d’urgence', 'Free warm clothes', 'ملابس مجانية'],
    text: ['Manteau, chaussures, sous-vêtements neufs, duvet : gratuitement, tout de suite.', 'Coat, shoes, new underwear, sleeping bag: free, at once.', 'معطف وأحذية وملابس داخلية وكيس نوم، مجانا وفورا.'],
  },
  {
    slug: 'atelier-velo', by: 'roues', at: 'tannerie', needs: ['bike', 'repair'], hours: 'We 16:00-20:00; Sa 10:00-17:00', phone: '03 53 01 30 24', fees: 'Adhésion de 5 à 20 €, au choix.', walkIn: true,
    name: ['Atelier vélo', 'Bike workshop', 'ورشة الدراجات'],
    text: ['Réparer son vélo avec les outils et les conseils de l’atelier ; vélos d’occasion dès 40 €.', 'Mend your bike with tools and advice; used bikes from 40 €.', 'صلحوا دراجتكم بأدوات الورشة ونصائحها.'],
  },
  {
    slug: 'bus-solidaire', by: 'ville', at: 'gare', needs: ['bike'], hours: 'Mo-Fr 07:30-18:30; Sa 09:00-12:00', phone: '03 53 01 30 25', fees: '5 € par mois au tarif solidaire.', bring: ['Un justificatif de ressources', 'Une photo'],
    name: ['Bus à tarif solidaire', 'Low-fare bus pass', 'تذكرة حافلة مخفضة'],
    text: ['La carte qui ouvre tous les bus de la vallée.', 'One card for every bus of the valley.', 'بطاقة لكل حافلات الوادي.'],
  },
  {
    slug: 'demenagement', by: 'coupdemain', needs: ['bike'], phone: '06 39 98 30 26', note: 'Appelez le soir, après 18 h.', fees: 'Le carburant, et ce que vous voulez.', area: 'Rivemont et villages voisins',
    name: ['Coup de main pour déménager', 'Help with moving house', 'مساعدة في نقل الأثاث'],
    text: ['Une camionnette et trois voisins pour porter un lit, une machine, une vie.', 'A van and three neighbours to carry a bed, a machine, a life.', 'شاحنة صغيرة وثلاثة جيران لحمل سرير أو غسالة.'],
  },
  {
    slug: 'cafe-vieuxpont', by: 'vieuxpont', at: 'vieuxpont', needs: ['meet', 'day-centre'], hours: 'Mo-Fr 09:00-12:00,14:00-18:00', free: true, walkIn: true,
    name: ['Café du Vieux-Pont', 'Neighbourhood café', 'مقهى الحي'],
    text: ['Un café à prix libre, des jeux, le journal, des gens.', 'Pay-what-you-like coffee, games, the paper, people.', 'قهوة بسعر حر وألعاب وجرائد وناس.'],
  },
  {
    slug: 'jardin', by: 'vieuxpont', at: 'jardin', needs: ['meet'], hours: 'We 16:00-19:00; Su 10:00-13:00', free: true, walkIn: true,
    name: ['Jardin partagé des Remparts', 'Community garden', 'حديقة مشتركة'],
    text: ['Planter, arroser, goûter. Les outils sont sur place.', 'Plant, water, taste. Tools are there.', 'زرع وسقي وتذوق، والأدوات متوفرة.'],
  },
  {
    slug: 'visites-seniors', by: 'tilleuls', needs: ['meet'], hours: 'Mo-Fr 09:00-17:00', phone: '03 53 01 30 29', free: true, note: 'Par téléphone.',
    name: ['Visites aux personnes âgées', 'Visits for older people', 'زيارة المسنين'],
    text: ['Un habitant vient une heure par semaine, pour parler ou marcher.', 'A neighbour comes for an hour a week, to talk or to walk.', 'جار يزوركم ساعة في الأسبوع للحديث أو المشي.'],
  },
  {
    slug: 'chorale', by: 'tilleuls', at: 'tilleuls', needs: ['meet'], hours: 'Tu 19:00-21:00', fees: '15 € pour l’année.', walkIn: true,
    name: ['Chorale sans solfège', 'Choir for everyone', 'جوقة للجميع'],
    text: ['Chanter à quarante, sans savoir lire la musique.', 'Forty voices, no sheet music needed.', 'غناء جماعي دون معرفة بالنوتة.'],
  },
  {
    slug: 'piscine', by: 'sport', at: 'stade', needs: ['sport'], hours: 'Mo,We,Fr 12:00-20:00; Sa,Su 09:00-18:00', phone: '03 53 01 30 31', fees: '3 € ; 1 € au tarif solidaire.', walkIn: true,
    name: ['Piscine des Prés', 'Swimming pool', 'مسبح'],
    text: ['Deux bassins, une pataugeoire ; leçons de natation pour adultes le mercredi.', 'Two pools and a paddling pool; adult lessons on Wednesday.', 'حوضان ومسبح للصغار، ودروس للكبار يوم الأربعاء.'],
    suspended: true, alert: 'Fermée pour travaux ; réouverture annoncée au printemps.',
  },
  {
    slug: 'gym-douce', by: 'sport', at: 'tilleuls', needs: ['sport'], hours: 'Mo,Th 10:00-11:00', free: true, walkIn: true,
    name: ['Gymnastique douce', 'Gentle gymnastics', 'رياضة خفيفة'],
    text: ['Une heure d’étirements et d’équilibre, à tout âge.', 'An hour of stretching and balance, at any age.', 'ساعة من التمدد والتوازن لكل الأعمار.'],
  },
  {
    slug: 'foot-dimanche', by: 'foot', at: 'stade', needs: ['sport', 'meet'], hours: 'Su 15:00-17:30', free: true, walkIn: true,
    name: ['Foot du dimanche', 'Sunday football', 'كرة القدم يوم الأحد'],
    text: ['On tire les équipes au sort. Baskets suffisent.', 'Teams are drawn by lot. Trainers are enough.', 'تُسحب الفرق بالقرعة، وتكفي أحذية رياضية.'],
  },
]
