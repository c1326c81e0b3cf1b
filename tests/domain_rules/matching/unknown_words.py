"""Words that are written for not knowing, by what they stand for: each of them is tested."""

UNKNOWN = "anon anonymous baby infant newborn nk none notknown tba tbc unk unknown unnamed withheld fnu"
NO_GIVEN_NAME = (
    "aunt boy brother daughter father female girl grandchild granddaughter grandfather grandmother grandson "
    "husband mother nephew nfn niece sibling sister spouse stepbrother stepchild stepdaughter stepsister stepson "
    "triplet twin uncle wife"
)
NO_FAMILY_NAME = "lnu nln"
ABOUT_A_NAME = "child confirmed given known male name named not patient provided recorded stated surname test"
BESIDE = "1st 2nd 3rd a and b be c family first i ii iii last na no of one son to two yet"
NO_ADDRESS = (
    "abroad, address not known, address restricted, address unknown, address withheld, as above, c/o council, "
    "c/o social services, confidential, foster care, gone away, homeless, hospital, hostel, hotel, in care, moved, "
    "moved away, n a, n k, na, nfa, nil, nk, no abode, no address, no fixed abode, no fixed address, no known address, "
    "no permanent address, none, not applicable, not disclosed, not known, not provided, not recorded, not stated, "
    "of no fixed abode, overseas, protected, protected address, refuge, restricted, rough sleeper, same, same address, "
    "same as above, same as mother, see above, see notes, sofa surfing, tba, tbc, temporary accommodation, "
    "to be confirmed, unknown, unknown address, withheld"
)
TITLES = "dr miss mr mrs ms mx prof professor rev sir"
KIN = (
    "aunt auntie aunty brother cousin dad daddy father gran grandad granddad grandfather grandma grandmother "
    "grandparent grandparents husband mam mom mother mum mummy nan parent parents partner sister stepdad stepfather "
    "stepmother stepmum uncle wife"
)
OFFICES = (
    "authority childminder childrens clinic council department doctor duty gp headteacher hospital hv manager midwife "
    "nursery office officer police practitioner professional reception receptionist safeguarding secretary service "
    "services social solicitor surgery sw teacher team visitor worker"
)
OF_ONE_CHILD_TOO = "court health interpreter nurse school ward"
NAMES_TOO = "court nurse officer ward"
NOBODY = (
    "adoptive and birth both boyfriend carer carers dads emergency ex fathers foster friend girlfriend great guardian "
    "guardians kin legal lone mothers mums nanny neighbour next of parentcarer s single step the care case corporate "
    "home key la lac local above applicable as contact deceased late n na nil no notes other same see child known "
    "named not stated unknown authority childminder childrens clinic council court department duty health hospital hv "
    "manager nursery nurse office officer safeguarding school service services social sw team visitor ward worker"
)
MAILBOXES = (
    "abc admin anon carer contact dad declined dummy email enquiries father guardian info mail mother mum na nil nk no "
    "nobody nomail none noone notapplicable notknown null office parent parents reception refused school secretary tba "
    "tbc test unavailable webmaster do.not.reply.1 no.email.1 no.reply.1 not.given.1 not.provided.1 unknown.1"
)
MAIL_DOMAINS = "na noemail nomail none noreply nowhere null unknown"
