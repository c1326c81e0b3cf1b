"""Whether two records are about one child: features, evidence, placement, clusters."""
