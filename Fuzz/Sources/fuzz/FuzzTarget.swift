import JOSE

/// Every parser that reads what strangers send, each with the properties that must hold for any input.
enum FuzzTarget: String, CaseIterable {
    case json
    case base64url
    case jwk
    case jwkset
    case jws
    case jwt
    case form
    case scope
    case resource
    case basic
    case request
    case address
    case authorization
    case redirect
    case claims
    case registration
    case passwordhash
    case bearer
    case opaquetoken
    case refreshtoken
    case secrettext
    case scan
    case cookies
    case language
    case proxies
    case entitytags
    case http2
    case administration
    case loginname
    case metadata
    case gatewaypath
    case gatewayquery
    case gatewayreturn
    case upstreamhead
    case ratelimit
    case revocations
    case status
    case events
    case issuermetadata
    case introspection
    case transport

    func run(_ bytes: [UInt8]) {
        switch self {
        case .json: JOSEProperties.json(bytes)
        case .base64url: JOSEProperties.base64URL(bytes)
        case .jwk: JOSEProperties.jwk(bytes)
        case .jwkset: JOSEProperties.jwkSet(bytes)
        case .jws: JOSEProperties.jws(bytes)
        case .jwt: JOSEProperties.jwt(bytes)
        case .form: OAuthProperties.form(bytes)
        case .scope: OAuthProperties.scope(bytes)
        case .resource: OAuthProperties.resource(bytes)
        case .basic: OAuthProperties.basic(bytes)
        case .request: EdgeProperties.request(bytes)
        case .address: EdgeProperties.address(bytes)
        case .authorization: OAuthProperties.authorization(bytes)
        case .redirect: OAuthProperties.redirect(bytes)
        case .claims: OAuthProperties.claims(bytes)
        case .registration: OAuthProperties.registration(bytes)
        case .passwordhash: PasswordHashProperties.hash(bytes)
        case .bearer: BearerProperties.bearer(bytes)
        case .opaquetoken: TokenProperties.opaque(bytes)
        case .refreshtoken: TokenProperties.refresh(bytes)
        case .secrettext: SecretProperties.text(bytes)
        case .scan: ScanProperties.bytes(bytes)
        case .cookies: EdgeProperties.cookies(bytes)
        case .language: EdgeProperties.language(bytes)
        case .proxies: EdgeProperties.proxies(bytes)
        case .entitytags: EdgeProperties.entityTags(bytes)
        case .http2: EdgeProperties.http2(bytes)
        case .administration: AdministrationProperties.query(bytes)
        case .loginname: NameProperties.login(bytes)
        case .metadata: NameProperties.metadata(bytes)
        case .gatewaypath: GatewayProperties.path(bytes)
        case .gatewayquery: GatewayProperties.query(bytes)
        case .gatewayreturn: GatewayProperties.returnTarget(bytes)
        case .upstreamhead: GatewayProperties.upstreamHead(bytes)
        case .ratelimit: GatewayProperties.rateLimit(bytes)
        case .revocations: RevocationProperties.feed(bytes)
        case .status: StatusProperties.reference(bytes)
        case .events: KitProperties.events(bytes)
        case .issuermetadata: KitProperties.issuerMetadata(bytes)
        case .introspection: KitProperties.introspection(bytes)
        case .transport: KitProperties.transport(bytes)
        }
    }
}
