import Glibc

/// Asks at the terminal of whoever runs the command, whatever standard input is.
enum TerminalInput {
    private static let maximumBytes = 4096

    /// A line that is not shown while it is typed.
    static func secret(_ prompt: String) throws -> String {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else {
            throw CommandFailure(
                .usage, "no_terminal", "there is no terminal to type a password at",
                fix: "Name a file with --password-file (- for standard input).")
        }
        defer { close(terminal) }
        var usual = termios()
        guard tcgetattr(terminal, &usual) == 0 else {
            throw CommandFailure(.failure, "no_terminal", "the terminal cannot be told to hide what is typed")
        }
        var hidden = usual
        // Without signals: an interruption must not leave the terminal silent.
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        guard tcsetattr(terminal, TCSAFLUSH, &hidden) == 0 else {
            throw CommandFailure(.failure, "no_terminal", "the terminal cannot be told to hide what is typed")
        }
        defer { tcsetattr(terminal, TCSAFLUSH, &usual) }
        say(prompt, to: terminal)
        defer { say("\n", to: terminal) }
        return try line(from: terminal)
    }

    private static func line(from terminal: Int32) throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count <= maximumBytes, read(terminal, &byte, 1) == 1, byte != 0x0A, byte != 0x0D {
            // Control-C, which the terminal does not turn into a signal now.
            guard byte != 0x03 else { throw CommandFailure(.failure, "interrupted", "interrupted") }
            bytes.append(byte)
        }
        guard !bytes.isEmpty, bytes.count <= maximumBytes, let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.failure, "input_unreadable", "nothing was typed that can be read as text")
        }
        return text
    }

    private static func say(_ text: String, to terminal: Int32) {
        let bytes = Array(text.utf8)
        _ = write(terminal, bytes, bytes.count)
    }
}
