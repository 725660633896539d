"""File and data formats. Nothing here knows the product: each could be a library of its own.

| module | what it does |
|---|---|
| `yaml` | parses YAML, and edits it without touching the rest of the text |
| `compose` | merges, edits and compares Compose files |
| `terraform` | edits module blocks of Terraform files, and reads variable files |
| `documents` | stores dataclasses as versioned JSON documents |
| `workflow_triggers` | reads what starts a workflow of GitHub Actions |
| `markdown` | makes any text harmless in GitHub's Markdown |
| `diffs`, `three_way` | show changes of texts, and merge two changes of one text |
| `urls` | normalizes URLs for comparison |

Use a package through the names of its `__init__`.
"""
