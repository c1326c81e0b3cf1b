"""Pages for people, as HTML: the policy comparison, the subject-access document, the description of the API."""
