"""Subject access: what carers and children may ask of the directory, and what they are given.

`requests.py` has the requests and their answers as events; `disclosure.py` says what an applicant is given,
`omissions.py` what not, `retention.py` how long things are kept.
"""
