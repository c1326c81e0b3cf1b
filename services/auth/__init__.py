"""Who calls: proven by a token that a trusted issuer has signed, or by an agency's certificate.

`keys` defines which keys and algorithms are believed at all, `fetch` and `issuer_keys` get them from an issuer and keep
them; `claims` defines what a token must state, `verifier` verifies a token by all of it; `trust` chooses whose tokens
this API believes. `certificates` reads an agency's name from its certificate,
`revocation` reads which certificates were revoked. `code_flow` signs a user of the pages in at the issuer, and
`pages_keys` has the secrets of these pages.
"""
