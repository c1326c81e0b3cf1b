-- Records that are set aside keep their child and meet nobody: the matcher passes them by until they are restored.

alter table register.match_index add column aside boolean not null default false;
