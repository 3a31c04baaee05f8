extension RouteNote {
    private static let dusk =
        "{\"id\":\"dusk\",\"realmId\":\"aurora\",\"title\":\"Dragon at dusk\",\"text\":\"A red dragon\"}"
    private static let tea = "{\"text\":\"Prefers jasmine tea\",\"kind\":\"preference\"}"

    /// The platform's own routes.
    static let platform: [String: RouteNote] = [
        "GET /": .init("The read-only page for people."),
        "GET /healthz": .init("Whether the process answers."),
        "GET /readyz": .init("Whether new requests should come here, and what the store holds; 503 while draining."),
        "GET /version": .init("The program's version and the formats of its files."),
        "GET /metrics": .init("Gauges, counters and latencies in the text format of Prometheus."),
        "GET /openapi.json": .init("This document."),
        "GET /events": .init("New remixes of a realm's works and new look-alikes, as server-sent events."),

        "POST /operations/backups": .init("Starts a backup of the store.", body: "{\"name\":\"before-upgrade\"}"),
        "GET /operations/backups": .init("Backups that are there."),
        "POST /operations/verifications": .init("Starts reading the whole store again.", body: "{}"),
        "POST /operations/compactions": .init("Starts giving freed room back to the disk.", body: "{}"),
        "GET /operations/space": .init("Bytes that the database takes, and those that a compaction would give back."),
        "GET /operations/jobs": .init("What was started, the newest first."),
        "GET /operations/jobs/{id}": .init("A job, with its progress and what it found or made."),

        "POST /essences": .init("Records a work and the works that it was made from.", body: dusk),
        "POST /essences/batch": .init("Records many works, all or none.", body: "{\"items\":[\(dusk)]}"),
        "POST /essence/remix": .init(
            "Records a remix of works on record.",
            body: "{\"parentIds\":[\"dusk\"],\"realmId\":\"bruma\",\"title\":\"Dragon at dawn\"}"),
        "GET /essences/{id}": .init("A work."),
        "PATCH /essences/{id}": .init("Changes fields of a work.", body: "{\"title\":\"Dragon at midnight\"}"),
        "DELETE /essences/{id}": .init("Takes a work down; its place in the lineage stays."),
        "POST /essences/search": .init(
            "Works that are nearest to a text or a vector, with a filter.",
            body: "{\"text\":\"red dragon\",\"topK\":5}"),
        "GET /essences/{id}/similar": .init("Works that are nearest to a work."),

        "GET /essences/{id}/lineage": .init("Ancestors or descendants of a work, with their credits."),
        "GET /essences/{id}/picture": .init("The lineage of a work as SVG."),
        "GET /essences/{id}/roots": .init("Works at the beginning of a work's lineage."),
        "GET /essences/{id}/siblings": .init("Works that share a parent with a work."),
        "GET /essences/{id}/cousins": .init("Works that share a grandparent, and no parent, with a work."),
        "GET /essences/{id}/attribution": .init("Shares in a work by work, creator or root, in parts per million."),
        "GET /essences/{id}/metrics": .init("Remix rate, generativity, reach, originality and credit of a work."),
        "GET /essences/{id}/related": .init("Works that are related by meaning, lineage and quality."),
        "GET /essences/{id}/uncredited": .init("Works that a work may derive from without saying so, with evidence."),
        "PUT /essences/{id}/uncredited/{otherId}": .init(
            "Decides about a suspected source: accepted makes a credit, rejected is never raised again.",
            body: "{\"decision\":\"rejected\",\"note\":\"same prompt, made on its own\"}"),
        "GET /essences/{id}/reviews": .init("Decisions about a work's suspected sources."),
        "GET /lineage/calibration": .init("The threshold for uncredited remixes, and what it was learned from."),
        "POST /lineage/calibration": .init("Learns the threshold from the graph.", body: "{}"),
        "GET /essences/{id}/provenance": .init("Where a work comes from, as W3C PROV or C2PA."),
        "GET /lineage/path": .init("A shortest path of credits between two works."),
        "GET /lineage/common": .init("Nearest common ancestors of two works."),
        "POST /lineage/is-ancestor": .init(
            "Whether works are ancestors of others, many pairs at once.",
            body: "{\"pairs\":[{\"ancestor\":\"dusk\",\"descendant\":\"dawn\"}]}"),
        "GET /lineage/top": .init("Most remixed works."),
        "POST /lineage/edges": .init(
            "Gives a credit later than the work's birth.", body: "{\"child\":\"dawn\",\"parent\":\"dusk\"}"),
        "DELETE /lineage/edges": .init("Retracts a credit; it stays on record."),

        "GET /nexus": .init("Agents, in the order of their names."),
        "PUT /nexus/{nexusId}": .init("Sets an agent's settings.", body: "{\"name\":\"Muse\",\"k\":8}"),
        "GET /nexus/{nexusId}": .init("An agent's settings."),
        "DELETE /nexus/{nexusId}": .init("Sets an agent's settings back; its memories stay."),
        "POST /nexus/{nexusId}/memories": .init("Remembers, one memory or many.", body: tea),
        "GET /nexus/{nexusId}/memories": .init("An agent's memories, page by page: also its export."),
        "GET /nexus/{nexusId}/memories/{id}": .init("A memory."),
        "DELETE /nexus/{nexusId}/memories/{id}": .init("Forgets a memory."),
        "POST /nexus/{nexusId}/memories/{id}/use": .init("Notes that a memory was of use, which strengthens it."),
        "POST /nexus/{nexusId}/memories/{id}/supersede": .init(
            "Puts a newer memory in a memory's place.", body: "{\"memory\":\(tea)}"),
        "POST /nexus/{nexusId}/forget": .init(
            "Forgets what matches; asks for confirmation by count.", body: "{\"tags\":[\"draft\"]}"),
        "GET /nexus/{nexusId}/memories/decay": .init("Memories that are about to fade."),
        "GET /nexus/{nexusId}/consolidation": .init("Clusters of memories that say the same."),
        "POST /nexus/recall": .init(
            "Recalls of many agents at once.",
            body: "{\"recalls\":[{\"nexusId\":\"muse\",\"text\":\"what do they drink?\"}]}"),
        "POST /nexus/{nexusId}/recall": .init(
            "What an agent remembers that matters now.", body: "{\"text\":\"what do they drink?\",\"k\":3}"),

        "POST /feed/rank": .init(
            "What a viewer should see next.", body: "{\"viewerId\":\"mira\",\"k\":10,\"seed\":7}"),
        "POST /feed/events": .init(
            "What viewers did.",
            body: "{\"events\":[{\"kind\":\"like\",\"viewerId\":\"mira\",\"essenceId\":\"dusk\"}]}"),
        "GET /feed/viewers": .init("Viewers with a history."),
        "GET /feed/trending": .init("Works that are taken up most now."),
    ]
}
