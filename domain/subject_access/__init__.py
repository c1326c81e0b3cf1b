"""Subject access: the requests of carers and children to the directory, and the document that they are given.

`requests.py` has the events of requests and answers; `disclosure.py` composes the document, `omissions.py` lists what
it leaves out, `retention.py` says how long an entry is kept.
"""
