import NIOCore

/// A streamed answer under way, as its connection holds it.
final class OpenStream {
    let exchange: Exchange
    let response: ServerResponse
    let answer: AnswerStream
    /// From the complete head of the request to the head of the answer.
    let delay: TimeAmount
    let endsOnDrain: Bool
    var isDraining = false

    init(_ exchange: Exchange, _ response: ServerResponse, endsOnDrain: Bool, _ answer: AnswerStream) {
        self.exchange = exchange
        self.response = response
        self.answer = answer
        self.endsOnDrain = endsOnDrain
        delay = NIODeadline.now() - exchange.started
    }
}
