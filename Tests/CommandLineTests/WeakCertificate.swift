/// A self-signed certificate with an RSA key of 1024 bits, made with
/// `openssl req -x509 -newkey rsa:1024 -nodes -days 36500 -subj /CN=weak.example`; nobody uses it.
enum WeakCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIICDDCCAXWgAwIBAgIUX86E22BlpPAeKT2WOXKcFGnBPhQwDQYJKoZIhvcNAQEL
        BQAwFzEVMBMGA1UEAwwMd2Vhay5leGFtcGxlMCAXDTI2MTEyMTA1MDczOVoYDzIx
        MjYxMDI4MDUwNzM5WjAXMRUwEwYDVQQDDAx3ZWFrLmV4YW1wbGUwgZ8wDQYJKoZI
        hvcNAQEBBQADgY0AMIGJAoGBALhcaXvvOV74gyKEeh0ayvMP1M6eo4QqEI4MgvKd
        nt9gagVXI49X+zsPmUvi8WXmDuesFPa+PNXlbKZTCAIjRSDmVAVOWhz7YOnGq4wj
        tLKdm6QCgQY2h+fbYLMxjiYg7zQjFLmV5QBqr3V+W+FALyXOi5rVXN5awHmpvj5U
        wQKrAgMBAAGjUzBRMB0GA1UdDgQWBBTxHqPX9BUkYaCJgRlK6vWpT8JsrTAfBgNV
        HSMEGDAWgBTxHqPX9BUkYaCJgRlK6vWpT8JsrTAPBgNVHRMBAf8EBTADAQH/MA0G
        CSqGSIb3DQEBCwUAA4GBAEz5UblN445RPbmKMMpPiJI+18BAj0Yrrr8HNLNhAr0B
        cTDuOHRqm4QMiexoYLobo/W76O7b2bmP8JMKUO5vyVPPk+lY8oXmSDBx+E6Qeya9
        dqeTpuxVXTRso+pWcHEQkTVaZZuZgI0EnLtka984Vt/UdUyX6R1wbWli8VF73+6r
        -----END CERTIFICATE-----

        """

    static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALhcaXvvOV74gyKE
        eh0ayvMP1M6eo4QqEI4MgvKdnt9gagVXI49X+zsPmUvi8WXmDuesFPa+PNXlbKZT
        CAIjRSDmVAVOWhz7YOnGq4wjtLKdm6QCgQY2h+fbYLMxjiYg7zQjFLmV5QBqr3V+
        W+FALyXOi5rVXN5awHmpvj5UwQKrAgMBAAECgYA8SMudYQ5Lhcurn9Imbjpq3IRj
        w/AIKZEcQe8X0n6+4FIKyQGxv71BBMrFy8HP5jh9fQGl5XMTJmAuyvvVZx8VIlpi
        W4i8Olz2ok8Zp3z5JDcAxd07LQUd3mkntjspNqIaEoDXISUOu9kVNDYMCjQrCPbn
        lLAMM3VoOTj8qvL6QQJBAO1Gbk8plTjeu30v1FHkIjhFPLExQWy9mT5wu8eotzxj
        +Z1G9boetEMS1JDYv3as7Mcra4qjGrIeBjeHXQ3Le9sCQQDG6PqslTBmAmVXoV8y
        tkysJqHXjyo6xVO1Jr+uep6tvpBDTVnyU3/GIr6Jv9BijoMgoUiAp1tmrJW5KIvX
        UTVxAkAe0yGNgzdxle4Bi28n3F1dthD2bBG10MPRys96Vr7HR62r8wYFUevVMuMO
        ljn5bumrzkZAUoQrU583I4zBOAg1AkEAjlFmAhOglGxEbGWmwpcS1t2xUJU7pt9H
        HEcEQOe1HyVI/Q6cO7koo/B6Gf8nL00+Xxtmz75utFDps5hiLgYJ0QJAIcyJbxQI
        rRhjjNMbVsYemzI9w5doZPrGD4YVPg1rydsYn+aLF190o2Z3UC2TewfcsieOWMJY
        OwAgw1HlIdke9g==
        -----END PRIVATE KEY-----

        """
}
