-- Asks Tessera's gateway about each request before Apache answers it (mod_lua and Debian's lua-socket).
-- Whatever goes wrong here, the request goes no further.
local socket = require "socket"

local ADDRESS = os.getenv("TESSERA_GATEWAY") or "127.0.0.1:8446"
local HOST, PORT = ADDRESS:match("^(.*):(%d+)$")
local TIMEOUT = 5
local METADATA = "/.well-known/oauth-protected-resource"
-- The gateway's own addresses, where browsers sign in and out; site.conf passes them on.
local OWN = "/.tessera/"
-- What tells a browser that opens a page from everything else, and who is signed in.
local ASKED = { "Authorization", "Cookie", "Accept", "Origin", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-Site",
    "Sec-WebSocket-Key" }
-- As gateway.headers names them.
local FIELDS = { "X-Tessera-Subject", "X-Tessera-Client", "X-Tessera-Scope", "X-Tessera-Roles" }
-- What a client may not say, however a server behind reads names: case, and signs that it takes for one another.
-- Also what others call an identity, or what a certificate says.
local RESERVED = { "^x%-tessera%-", "^x%-forwarded%-", "^x%-original%-", "^x%-auth%-", "^x%-authenti", "^forwarded$",
    "^x%-http%-method", "^x%-method%-override$", "^remote%-", "^x%-remote%-", "^x%-webauth%-", "^ssl%-", "^x%-ssl%-",
    "^x%-tls%-", "^oidc%-", "^x%-oidc%-", "^x%-jwt%-", "^x%-proxy%-", "^x%-consumer%-", "^x%-credential%-",
    "^x%-user%-?id", "^x%-user%-?name", "^x%-user%-?info", "^x%-user%-email", "^x%-user%-role", "^x%-user%-group",
    "^x%-user$", "^x%-email$", "^x%-groups$", "^x%-roles$", "^client%-cert", "^x%-client%-cert", "^x%-client%-dn",
    "^x%-client%-verify", "^iv%-", "^sm%-" }

local function is_reserved(name)
    local folded = name:lower():gsub("[^a-z0-9]", "-")
    for _, pattern in ipairs(RESERVED) do
        if folded:match(pattern) then return true end
    end
    return false
end

-- The status and the fields of the gateway's answer; nothing if there is none.
local function ask(r)
    local tcp = socket.tcp()
    tcp:settimeout(TIMEOUT)
    if not tcp:connect(HOST, tonumber(PORT)) then return nil end
    local question = {
        "GET /forward-auth HTTP/1.1", "Host: " .. r.hostname, "X-Original-Method: " .. r.method,
        "X-Original-URI: " .. r.unparsed_uri, "X-Forwarded-For: " .. r.useragent_ip, "Connection: close",
    }
    for _, name in ipairs(ASKED) do
        local value = r.headers_in[name]
        if value then table.insert(question, name .. ": " .. value) end
    end
    if not tcp:send(table.concat(question, "\r\n") .. "\r\n\r\n") then return nil end
    local status = (tcp:receive("*l") or ""):match("^HTTP/1%.1 (%d%d%d)")
    local fields = {}
    for _ = 1, 64 do
        local line = tcp:receive("*l")
        if not line or line == "" then
            tcp:close()
            return line and tonumber(status), fields
        end
        local name, value = line:match("^([^:]+):%s*(.-)%s*$")
        if name then fields[name:lower()] = value end
    end
    tcp:close()
    return nil
end

function check(r)
    -- Of two fields that say for whom it is the gateway believes neither; Apache's own is written anew.
    r.headers_in["Forwarded"] = nil
    r.headers_in["X-Forwarded-For"] = nil
    if r.uri == METADATA or r.uri:sub(1, #METADATA + 1) == METADATA .. "/" then return apache2.DECLINED end
    if r.uri:sub(1, #OWN) == OWN then return apache2.DECLINED end
    if not r.hostname then return 400 end
    local status, fields = ask(r)
    if status == 200 then
        for name, _ in pairs(r:headers_in_table()) do
            if is_reserved(name) then r.headers_in[name] = nil end
        end
        for _, name in ipairs(FIELDS) do
            local value = fields[name:lower()]
            if value and value ~= "" then r.headers_in[name] = value end
        end
        -- Without the session that the browser has at the gateway.
        if fields["cookie"] then r.headers_in["Cookie"] = fields["cookie"] ~= "" and fields["cookie"] or nil end
        return apache2.DECLINED
    end
    if status == 401 and fields["x-tessera-sign-in"] then
        r.err_headers_out["Location"] = fields["x-tessera-sign-in"]
        return 302
    end
    if status ~= 401 and status ~= 403 then return 503 end
    if fields["www-authenticate"] then r.err_headers_out["WWW-Authenticate"] = fields["www-authenticate"] end
    return status
end
