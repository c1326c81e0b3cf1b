"""The verbs of the laboratory: `simulate`, `demo`, `bench`, `identity`; made as those in `services/cli/verbs/`."""
