"""The administration of Kafka: `topics.py` creates and compares topics, `rights.py` grants rights and sets passwords.

Both apply what the modules beside this room have as data. Importing them loads a Kafka client, which takes a moment.
"""
