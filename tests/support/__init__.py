"""What tests share: a directory in a database, an API in front of it, examples of messages, and waiting."""
