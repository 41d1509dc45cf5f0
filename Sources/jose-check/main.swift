import JOSE

// One request a line on standard input, one answer a line on standard output, so that vectors of any origin can be
// run against the product's own verifier by a script in any language.
while let line = readLine(strippingNewline: true) {
    guard !line.isEmpty else { continue }
    print(VectorCheck.answer(to: Array(line.utf8)))
}
