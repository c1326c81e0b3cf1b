"""Pages for people: the practitioner's, the comparison of policies, the subject-access document, the API's calls."""
