"""What the directory believes and why: pure decisions, events and rules, without I/O, clock or randomness.

The rooms in reading order:

- `catalogue.py`: every event of the product by its wire name, and how an older payload becomes today's
- `event.py`: what every event has: time, source, and which fields are clear or sealed
- `vocabulary.py`: the words of the contract: kinds of agency, services, flags, types of submission
- `agency.py`: an agency of the register, and what its kind may send
- `places.py`, `organisations.py`: codes of authorities, and of schools and practices, that became others
- `education.py`: statutory school age, and a child's education status
- `birth.py`: which dates of birth are plausible, and when childhood ends
- `belief.py`: which of the values that agencies report for a field is believed
- `wording.py`: the components of a value, by which its wordings are compared
- `days.py`: the days of the country that the directory is for
- `written.py`: removes what writing adds to a value without meaning
- `source_record/`: one agency's record of one child: commands, rules and events
- `child/`: which records are one child, the decisions about it, its shield, and how its entry is composed
- `matching/`: whether two records are one child, and how well a child matches a search
- `suspension/`: the suspension of agencies, and its consequences for their records
- `erasure/`: destruction: which keys a decision destroys, and the events that remain
- `timeline/`: a child's chronology, and a cursor over its days
- `reports/`: the questions of reports about a chronology, and the findings that follow
- `retention/`: when an entry has to be archived or destroyed, by which rule and which law
- `inclusion_policy/`: inclusion policies over a chronology, and the figures that compare them
- `authorization/`: who may do what: roles, actions, the table of rights, reasons, masking
- `access_log/`: the events of looks, denials, overrides and entitlements, and the notices of looks
- `subject_access/`: the requests of carers and children, and the document that they are given
- `transparency/`: proofs that a log was only appended to: trees, leaves, tiles, checkpoints
- `monitoring/`: unusual behaviour of users, found in the access log
"""
