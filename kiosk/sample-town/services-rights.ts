import type { SampleService } from './service.ts'

/** Health, papers and rights, emergency. */
export const RIGHTS: readonly SampleService[] = [
  {
    slug: 'medecin-cms', by: 'sante', at: 'sante', needs: ['doctor'], hours: 'Mo-Fr 08:30-19:00; Sa 09:00-12:30', phone: '03 53 01 20 01', fees: 'Tiers payant, rien à avancer.', apply: 'Sur rendez-vous ; sans rendez-vous de 8 h 30 à 10 h.', bring: ['La carte Vitale, si vous en avez une'], speaks: 'fr en ar',
    name: ['Médecin généraliste', 'General practitioner', 'طبيب عام'],
    text: ['Consultations de médecine générale, adultes et enfants. Sans carte Vitale, on vous reçoit aussi.', 'General practice for adults and children. You are seen without a health card too.', 'فحوصات طبية للكبار والأطفال، حتى بدون بطاقة صحية.'],
  },
  {
    slug: 'pass', by: 'hopital', at: 'hopital', needs: ['doctor', 'benefits'], hours: 'Mo-Fr 09:00-16:30', phone: '03 53 01 20 02', free: true, walkIn: true, speaks: 'fr en ar ps fa',
    name: ['Permanence de soins pour tous', 'Care without insurance', 'علاج بدون تأمين'],
    text: ['Médecin, médicaments et assistante sociale pour les personnes sans couverture maladie.', 'A doctor, medicines and a social worker for people without health insurance.', 'طبيب وأدوية ومرشدة اجتماعية لمن ليس لديهم تأمين صحي.'],
  },
  {
    slug: 'infirmiere', by: 'rive', at: 'tannerie', needs: ['doctor'], hours: 'Tu,Fr 14:00-16:30', free: true, walkIn: true, animals: true,
    name: ['Soins infirmiers', 'Nurse', 'ممرضة'],
    text: ['Pansements, pieds, petits maux ; l’infirmière oriente quand il faut un médecin.', 'Dressings, feet, small complaints; the nurse points you to a doctor when needed.', 'ضمادات وعناية بالقدمين، والممرضة توجهكم إلى الطبيب عند الحاجة.'],
  },
  {
    slug: 'vaccins', by: 'sante', at: 'sante', needs: ['doctor'], hours: 'We 13:30-17:30; 2SA 09:00-12:00', phone: '03 53 01 20 01', free: true, walkIn: true, bring: ['Le carnet de vaccination, si vous l’avez'],
    name: ['Vaccinations gratuites', 'Free vaccinations', 'تلقيح مجاني'],
    text: ['Tous les vaccins du calendrier, dès six ans.', 'All vaccines of the schedule, from the age of six.', 'كل اللقاحات ابتداء من ست سنوات.'],
  },
  {
    slug: 'dentiste', by: 'sante', at: 'sante', needs: ['dentist'], hours: 'Mo,Tu,Th,Fr 09:00-12:30,14:00-18:00', phone: '03 53 01 20 05', fees: 'Tiers payant.', apply: 'Sur rendez-vous ; deux urgences prises chaque matin à 9 h.',
    name: ['Dentiste', 'Dentist', 'طبيب أسنان'],
    text: ['Soins dentaires, prothèses, urgences.', 'Dental care, prostheses, emergencies.', 'علاج الأسنان وتركيبها والحالات العاجلة.'],
  },
  {
    slug: 'psychologue', by: 'sante', at: 'sante', needs: ['mind'], hours: 'Mo 14:00-19:00; Th 09:00-17:00', phone: '03 53 01 20 06', free: true, speaks: 'fr en ar',
    name: ['Psychologue', 'Psychologist', 'طبيب نفسي'],
    text: ['Parler à une psychologue, seul ou à deux. Premier entretien sous quinze jours.', 'Talk to a psychologist, alone or as a couple. First appointment within two weeks.', 'التحدث مع أخصائية نفسية. الموعد الأول خلال أسبوعين.'],
  },
  {
    slug: 'ecoute', by: 'ecoute', needs: ['mind'], hours: 'Mo-Su 14:00-02:00', phone: '03 53 01 20 07', free: true, walkIn: true, note: 'Par téléphone.',
    name: ['Ligne d’écoute', 'Listening line', 'خط الاستماع'],
    text: ['Quelqu’un au bout du fil, sans donner son nom.', 'Someone on the line, without giving your name.', 'شخص يستمع إليكم دون ذكر الاسم.'],
  },
  {
    slug: 'addictions', by: 'cap', at: 'tannerie', needs: ['addiction'], hours: 'Mo-Fr 10:00-18:00', phone: '03 53 01 20 08', free: true, walkIn: true, animals: true,
    name: ['Le Cap, addictions', 'Le Cap, addictions', 'علاج الإدمان'],
    text: ['Alcool, drogues, jeux : on en parle, on réduit les risques, on soigne. Matériel propre.', 'Alcohol, drugs, gambling: talk, reduce the risks, get care. Clean equipment.', 'كحول ومخدرات وقمار: حديث وتقليل للمخاطر وعلاج.'],
  },
  {
    slug: 'tabac', by: 'cap', at: 'sante', needs: ['addiction'], hours: 'Tu 17:00-19:30', free: true, apply: 'Sur inscription au 03 53 01 20 08.',
    name: ['Arrêter de fumer', 'Quit smoking', 'الإقلاع عن التدخين'],
    text: ['Un groupe de huit personnes, six mardis, substituts offerts.', 'A group of eight, six Tuesdays, patches provided.', 'مجموعة من ثمانية أشخاص لستة أيام ثلاثاء.'],
  },
  {
    slug: 'sage-femme', by: 'simone', at: 'femmes', needs: ['women'], hours: 'Tu,We 09:00-17:00; Fr 09:00-12:00', phone: '03 53 01 20 10', free: true, who: 'Toutes les femmes, mineures comprises.', speaks: 'fr en ar',
    name: ['Sage-femme et contraception', 'Midwife and contraception', 'قابلة ومنع الحمل'],
    text: ['Contraception, test de grossesse, suivi, interruption de grossesse : confidentiel, même pour les mineures.', 'Contraception, pregnancy tests, follow-up, abortion: confidential, for minors too.', 'منع الحمل، اختبار الحمل، المتابعة: بسرية تامة وللقاصرات أيضا.'],
  },
  {
    slug: 'pmi', by: 'ville', at: 'pmi', needs: ['parents', 'women', 'doctor'], hours: 'Mo,Tu,Th,Fr 09:00-12:00,13:30-16:30', phone: '03 53 01 20 11', free: true,
    name: ['Santé de la mère et du bébé', 'Mother and baby clinic', 'صحة الأم والرضيع'],
    text: ['Grossesse, pesée, vaccins et conseils jusqu’à six ans.', 'Pregnancy, weighing, vaccines and advice until the age of six.', 'متابعة الحمل والوزن واللقاحات والنصائح حتى ست سنوات.'],
  },
  {
    slug: 'pharmacie', by: 'pharmacie', at: 'pharmacie', needs: ['pharmacy'], hours: 'Mo-Fr 09:00-12:30,14:00-19:30; Sa 09:00-19:00', phone: '03 53 01 20 12', walkIn: true, speaks: 'fr en',
    name: ['Pharmacie du Parvis', 'Pharmacy on the square', 'صيدلية الساحة'],
    text: ['Médicaments, conseils, pansements. La pharmacie de garde est affichée sur la porte.', 'Medicines, advice, dressings. The duty pharmacy is posted on the door.', 'أدوية ونصائح وضمادات. الصيدلية المناوبة معلنة على الباب.'],
  },
  {
    slug: 'aide-sejour', by: 'passerelles', at: 'droit', needs: ['papers', 'legal'], hours: 'Tu 09:00-12:30; Th 14:00-18:00', phone: '03 53 01 20 13', free: true, walkIn: true, bring: ['Tous les papiers que vous avez'], speaks: 'fr en ar ps es',
    name: ['Titre de séjour et asile', 'Residence permit and asylum', 'الإقامة واللجوء'],
    text: ['Comprendre sa situation, préparer un dossier, faire un recours. Les délais sont courts : venez tôt.', 'Understand where you stand, prepare a file, appeal. Deadlines are short: come early.', 'فهم الوضعية وإعداد الملف والطعن. المهل قصيرة، تعالوا مبكرا.'],
  },
  {
    slug: 'etat-civil', by: 'ville', at: 'mairie', needs: ['papers'], hours: 'Mo-Fr 08:30-12:00,13:30-17:00; Sa 09:00-12:00', phone: '03 53 01 20 14', apply: 'Carte d’identité et passeport sur rendez-vous, le reste sans.',
    name: ['État civil et pièces d’identité', 'Identity papers', 'الحالة المدنية والهوية'],
    text: ['Actes de naissance, carte d’identité, passeport, mariage.', 'Birth certificates, identity cards, passports, marriage.', 'شهادات الميلاد وبطاقة الهوية وجواز السفر والزواج.'],
  },
  {
    slug: 'assistante-sociale', by: 'ccas', at: 'ccas', needs: ['benefits'], hours: 'Mo-Fr 09:00-12:00; Mo,Tu,Th 13:30-16:30', phone: '03 53 01 20 15', free: true, walkIn: true, speaks: 'fr en',
    name: ['Assistante sociale', 'Social worker', 'مرشدة اجتماعية'],
    text: ['Aides, dettes, santé, logement : on regarde ensemble à quoi vous avez droit.', 'Benefits, debts, health, housing: we look together at what you are entitled to.', 'مساعدات وديون وصحة وسكن: ننظر معا في حقوقكم.'],
  },
  {
    slug: 'domiciliation', by: 'ccas', at: 'ccas', needs: ['address'], hours: 'Mo-Fr 09:00-12:00', phone: '03 53 01 20 16', free: true, apply: 'Un entretien suffit, l’attestation est remise sous deux semaines.',
    name: ['Recevoir son courrier', 'A postal address', 'استلام البريد'],
    text: ['Une adresse pour recevoir son courrier et ouvrir ses droits quand on n’a pas de domicile.', 'An address for your mail and your rights when you have no home.', 'عنوان لاستلام البريد وفتح الحقوق لمن لا سكن له.'],
  },
  {
    slug: 'demarches-ligne', by: 'ville', at: 'mediatheque', needs: ['benefits', 'digital'], hours: 'Tu-Fr 10:00-12:30,14:00-18:00', phone: '03 53 01 20 17', free: true, walkIn: true, bring: ['Vos identifiants, ou un téléphone pour les retrouver'], speaks: 'fr ar',
    name: ['Aide aux démarches en ligne', 'Help with online forms', 'المساعدة في الإجراءات عبر الإنترنت'],
    text: ['Impôts, allocations, retraite, carte grise : un conseiller fait la démarche avec vous, pas à votre place.', 'Taxes, allowances, pensions: an adviser does the form with you, not for you.', 'الضرائب والإعانات والتقاعد: يرافقكم مستشار خطوة بخطوة.'],
  },
  {
    slug: 'avocat', by: 'droit', at: 'droit', needs: ['legal'], hours: 'We 14:00-17:00; 3SA 09:00-12:00', phone: '03 53 01 20 18', free: true, apply: 'Sur rendez-vous.',
    name: ['Consultation d’avocat', 'See a lawyer', 'استشارة محام'],
    text: ['Vingt minutes avec un avocat : travail, famille, consommation, étrangers.', 'Twenty minutes with a lawyer: work, family, consumer and immigration law.', 'عشرون دقيقة مع محام: عمل، أسرة، استهلاك، أجانب.'],
  },
  {
    slug: 'conciliateur', by: 'droit', at: 'mairie', needs: ['legal'], hours: '1TH 09:00-12:00; 3TH 09:00-12:00', free: true, apply: 'Sur rendez-vous au 03 53 01 20 18.',
    name: ['Conciliateur de justice', 'Neighbour disputes', 'مصالح قضائي'],
    text: ['Régler à l’amiable un différend avec un voisin, un artisan, un propriétaire.', 'Settle a dispute with a neighbour, a tradesman or a landlord without a court.', 'حل خلاف وديا مع جار أو حرفي أو مالك.'],
  },
  {
    slug: 'ecrivain-public', by: 'ecrivain', at: 'halle', needs: ['benefits', 'digital'], hours: 'Sa 08:30-12:00', free: true, walkIn: true, speaks: 'fr ar',
    name: ['L’écrivain public du marché', 'The market letter-writer', 'كاتب الرسائل في السوق'],
    text: ['Une lettre à écrire, un formulaire à comprendre ? Une table au marché, un stylo, du temps.', 'A letter to write, a form to understand? A table at the market, a pen, some time.', 'رسالة أو استمارة؟ طاولة في السوق وقلم ووقت.'],
  },
  {
    slug: 'urgences', by: 'hopital', at: 'hopital', needs: ['accident'], hours: 'Mo-Su 00:00-24:00', phone: '03 53 01 20 21', walkIn: true,
    name: ['Urgences de l’hôpital', 'Hospital emergency room', 'طوارئ المستشفى'],
    text: ['Jour et nuit. Si vous ne pouvez pas vous déplacer, appelez le 15.', 'Day and night. If you cannot move, call 15.', 'ليلا ونهارا. إن لم تستطيعوا الحركة اتصلوا بالرقم 15.'],
  },
  {
    slug: 'violences', by: 'simone', at: 'femmes', needs: ['violence', 'women', 'legal'], hours: 'Mo-Fr 09:00-18:00', phone: '03 53 01 20 22', free: true, walkIn: true, speaks: 'fr en ar pt',
    name: ['Aide aux femmes victimes de violences', 'Help against domestic violence', 'مساعدة النساء ضحايا العنف'],
    text: ['Être écoutée, mise en sécurité, accompagnée. La nuit, appelez le 3919.', 'Be heard, be safe, be accompanied. At night, call 3919.', 'استماع وحماية ومرافقة. ليلا اتصلن بالرقم 3919.'],
  },
  {
    slug: 'victimes', by: 'droit', at: 'droit', needs: ['violence', 'legal'], hours: 'Mo 09:00-12:00; Fr 13:30-17:00', phone: '03 53 01 20 23', free: true,
    name: ['Aide aux victimes', 'Victim support', 'مساعدة الضحايا'],
    text: ['Après une agression, un vol, un accident : écoute et conseils pour porter plainte.', 'After an assault, a theft, an accident: support and advice for reporting it.', 'بعد اعتداء أو سرقة أو حادث: استماع ونصائح لتقديم شكوى.'],
  },
]
