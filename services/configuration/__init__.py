"""What every process begins with: its settings, its log without personal data, its private files, its HTTP client.

    environment variables                    DIR/stack.json, written by the local stack
             |                                              |
      environment.py   one field a variable                 |
             |  by setting_kinds.py                         |
             +------------------> settings.py <-------------+   what processes and verbs are given
                                       |
                                  sign_in.py   whose tokens are believed, and TLS

`environment.py` declares every variable with its default, `client_environment.py` the few of them that a client of the
API needs and reads them fast, `setting_kinds.py` the kinds of value and how each is checked, `setting_errors.py` the
errors, `successors.py` reads the file of what became of codes. `settings.py` joins them with what the local stack wrote
into `Settings`, or into `ClientSettings`; `sign_in.py` has its part on tokens and TLS. `logs.py` sets up the log,
`private_files.py` reads and writes files that only their owner reads, `http_client.py` makes the one kind of HTTP
client.
"""
