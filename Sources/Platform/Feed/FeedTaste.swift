import Engine
import Ranking

extension FeedService {
    /// The works that stand for a viewer's tastes, the largest share first.
    ///
    /// Kept with the viewer until the next interaction. Which works they are does not depend on the time of the question:
    /// all weights fade alike.
    func medoids(of viewer: ViewerState, id: String?, signals: WorkSignalsView, snapshot: NamespaceSnapshot) -> [UInt32]
    {
        if let taste = viewer.taste, taste.viewerVersion == viewer.version, taste.worksVersion == signals.worksVersion {
            return taste.medoids
        }
        let medoids = medoids(of: viewer.latest, snapshot: snapshot)
        if let id {
            state.keep(
                ViewerTaste(viewerVersion: viewer.version, worksVersion: signals.worksVersion, medoids: medoids),
                viewer: id)
        }
        return medoids
    }

    /// - Parameter interactions: latest first.
    func medoids(of interactions: [Interaction], snapshot: NamespaceSnapshot) -> [UInt32] {
        guard let latest = interactions.first?.at else { return [] }
        let tastes = TasteMedoids(interactionMax: Self.interactionMax)
        var works: [UInt32] = []
        var weights: [Double] = []
        var places: [UInt32: Int] = [:]
        for interaction in interactions
        where Int(interaction.work) < snapshot.rows.count && snapshot.vector(of: interaction.work) != nil {
            let weight = tastes.weight(
                kind: interaction.kind, at: interaction.at, now: latest, factor: interaction.factor)
            if let place = places[interaction.work] {
                weights[place] += weight
            } else {
                places[interaction.work] = works.count
                works.append(interaction.work)
                weights.append(weight)
            }
        }
        return tastes.medoids(weights: weights) { i, j in
            calibration.relevance(cosine: Double(snapshot.cosine(works[i], works[j])))
        }.map { works[$0.index] }
    }

    /// Interactions that tastes are looked for in: the cost grows with the square.
    private static let interactionMax = 100
}
