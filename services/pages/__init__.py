"""Pages for people: the policy comparison, the subject-access document, the description of the API."""
