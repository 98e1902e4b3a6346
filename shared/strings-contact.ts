/** What every face says about how a person can be reached. */
export const contactText = {
  mine: 'How others reach me',
  mineHint: 'Colleagues who wait for a seat that you hold can then ask you. Nobody else sees it.',
  of: (person: string) => `How ${person} can be reached`,
  mail: 'Mail',
  phone: 'Phone',
  chat: 'Chat link',
  chatHint: 'For example https://teams.example.com/…',
  isVisible: 'Colleagues may see it',
  visibleHint: 'Else only admins do.',
  save: 'Save',
  saved: 'Saved.',
  none: 'not known',
  hidden: 'hidden from colleagues',
  visible: 'visible',
  ownEntry: 'own entry',
  problems: {
    mail: 'Write a mail address such as ana@example.com, or leave it empty.',
    phone: 'Write a phone number such as +49 351 1234-56, or leave it empty.',
    chatUrl: 'Write a link that starts with https://, or leave it empty.',
  },
} as const;
