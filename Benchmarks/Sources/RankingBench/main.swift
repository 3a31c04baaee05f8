import Foundation

// What ranking must show, a command each: figures as JSON lines on standard output, progress on standard error.
//
//   RankingBench attribution [--graphs 100000] [--seed 1]
//   RankingBench semantic --data WORDNET
//   RankingBench recall --data WORDNET [--memories 60000] [--seed 1]
//   RankingBench uncredited --data WORDNET [--works 30000] [--seed 1]
//   RankingBench speed --data WORDNET [--only recall|lineage|feed|events] [--calls 1000] [--seed 1]
//   RankingBench feed [--viewers 200] [--days 30] [--seed 1]

let options = Options(Array(CommandLine.arguments.dropFirst(2)))
do {
    switch CommandLine.arguments.dropFirst().first {
    case "attribution": try AttributionCheck(options).run()
    case "semantic": try SemanticSanity(options).run()
    case "recall": try await RecallQuality(options).run()
    case "uncredited": try await UncreditedQuality(options).run()
    case "speed": try await SpeedCheck(options).run()
    case "feed": try await FeedReplay(options).run()
    default:
        report("usage: RankingBench attribution | semantic | recall | uncredited | feed | speed [--name value ...]")
        exit(64)
    }
} catch {
    report("RankingBench: \(error)")
    exit(1)
}
