/** What enrolment has in common at gateway and hub (`protocols.md` §8). */
export const ENROL_TYP = 'parvis-enrol+jws'
export const ENROLLED_TYP = 'parvis-enrolled+jws'
export const TIME_TYP = 'parvis-time+jws'
