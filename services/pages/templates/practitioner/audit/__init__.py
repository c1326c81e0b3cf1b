"""The pages of auditors: access report, looks, proofs, what a user could have been shown."""
