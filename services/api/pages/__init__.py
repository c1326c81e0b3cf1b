"""The practitioner's pages: sign in, say why, search, read an entry; plain forms, answered in the API's process.

`configured.py` says where there are pages, `layer.py` stands before the API and takes their paths; `handlers.py`
answers each, and asks the API as any client would (`asking.py`); `session.py` keeps who is signed in, sealed by
`cookies.py`, and `remembered.py` what has ended; `sign_in.py` says how one gets there, and `forms.py` reads what a form
sends. What a page looks like is in `services/pages/`.
"""
