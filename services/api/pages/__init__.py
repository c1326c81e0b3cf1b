"""Pages of practitioners and auditors: sign in, state a reason, search, read; forms, answered in the API's process.

`configured.py` decides whether there are pages, `layer.py` lies before the API and takes their paths; `handlers.py`
answers each, and calls the API as any client would (`api_call.py`); `session.py` keeps who is signed in, sealed by
`cookies.py`, and `remembered.py` what has ended; `sign_in.py` signs users in, and `forms.py` reads what a form
sends. `auditor.py` and `timeline.py` have the pages that their names say. What a page looks like is in
`services/pages/`.
"""
