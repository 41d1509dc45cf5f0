-- Asks Tessera's gateway about each request before HAProxy forwards it. Whatever goes wrong here, the request goes no
-- further: haproxy.cfg denies what this has not allowed.
local QUESTION = "http://" .. (os.getenv("TESSERA_GATEWAY") or "127.0.0.1:8446") .. "/forward-auth/forwarded"
local TIMEOUT = 5000
-- What tells a browser that opens a page from everything else, and who comes.
local ASKED = { "authorization", "cookie", "accept", "origin", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-site",
    "sec-websocket-key" }
-- As gateway.headers names them.
local FIELDS = { "x-tessera-subject", "x-tessera-client", "x-tessera-scope", "x-tessera-roles" }
-- What a refusal tells the client.
local TOLD = { "www-authenticate", "location", "cache-control", "content-type", "retry-after", "x-request-id" }

-- The only value of a field of HAProxy's tables; nothing if there is none, or another.
local function only(values)
    if values and values[0] and not values[1] then return values[0] end
    return nil
end

core.register_action("tessera", { "http-req" }, function(txn)
    local sent = txn.http:req_get_headers()
    local host, method, target = only(sent["host"]), txn.sf:method(), txn.sf:pathq()
    if not host then return end
    local question = {
        ["x-forwarded-host"] = { host }, ["x-forwarded-method"] = { method }, ["x-forwarded-uri"] = { target },
        ["x-forwarded-for"] = { txn.sf:src() },
    }
    for _, name in ipairs(ASKED) do
        if sent[name] then
            local values = {}
            for index = 0, #sent[name] do values[index + 1] = sent[name][index] end
            question[name] = values
        end
    end
    local answer = core.httpclient():get { url = QUESTION, headers = question, timeout = TIMEOUT }
    if answer.status == 200 then
        for _, name in ipairs(FIELDS) do
            local value = only(answer.headers[name])
            if value and value ~= "" then txn.http:req_set_header(name, value) end
        end
        -- Without the session that the browser has at the gateway.
        local cookie = answer.headers["cookie"]
        if cookie then
            txn.http:req_del_header("cookie")
            if only(cookie) and only(cookie) ~= "" then txn.http:req_set_header("cookie", only(cookie)) end
        end
        txn:set_var("txn.tessera_allowed", true)
        return
    end
    if answer.status < 300 or answer.status > 499 then return end
    local reply = txn:reply { status = answer.status }
    for _, name in ipairs(TOLD) do
        local values = answer.headers[name]
        for index = 0, values and #values or -1 do
            if values[index] then reply:add_header(name, values[index]) end
        end
    end
    if answer.body then reply:set_body(answer.body) end
    txn:done(reply)
end)
