"""A vault in numbers."""

from __future__ import annotations

from checker.notes.vault import Vault

NO_BACKLINKS = "kind = 'note' AND NOT EXISTS (SELECT 1 FROM link WHERE link.file = file.id AND link.source <> file.id)"
DEAD_END = "kind = 'note' AND NOT EXISTS (SELECT 1 FROM link WHERE link.source = file.id AND NOT embed)"
# Alone in Obsidian's graph, which shows unresolved targets and no attachments.
ORPHAN = (
    f"{NO_BACKLINKS} AND NOT EXISTS (SELECT 1 FROM link LEFT JOIN file AS other ON other.id = link.file"
    " WHERE link.source = file.id AND (other.id IS NULL OR other.kind = 'note'))"
)
QUERIES = {
    "notes": "SELECT count(*) FROM file WHERE kind = 'note'",
    "attachments": "SELECT count(*) FROM file WHERE kind NOT IN ('note', 'canvas')",
    "canvases": "SELECT count(*) FROM file WHERE kind = 'canvas'",
    "files": "SELECT count(*) FROM file",
    "links": "SELECT count(*) FROM link",
    "resolved": "SELECT count(file) FROM link",
    "unresolved": "SELECT count(*) - count(file) FROM link",
    "unresolved_targets": "SELECT count(DISTINCT target) FROM link WHERE file IS NULL",
    "ambiguous": "SELECT count(*) FROM link WHERE how = 'shortest' AND others > 0",
    "broken_anchors": "SELECT count(*) FROM link WHERE found = 0",
    "orphans": f"SELECT count(*) FROM file WHERE {ORPHAN}",
    "no_backlinks": f"SELECT count(*) FROM file WHERE {NO_BACKLINKS}",
    "dead_ends": f"SELECT count(*) FROM file WHERE {DEAD_END}",
    "tags": "SELECT count(DISTINCT folded) FROM tag",
    "tag_uses": "SELECT count(*) FROM tag",
    "claims": "SELECT count(*) FROM tag WHERE kind = 'body' AND folded = 'claim'",
    "problems": "SELECT count(*) FROM problem",
}


def counts(vault: Vault) -> dict[str, int]:
    """How many there are of each thing; links and tags as often as they stand. `resolved` links lead to a file, `no_backlinks`
    are notes to which no other file links, `dead_ends` those that hold no link but embeds, `orphans` those that stand alone in
    Obsidian's graph."""
    return {name: vault.index.rows(query)[0][0] for name, query in QUERIES.items()}
