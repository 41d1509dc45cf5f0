-- Access tokens for many clients in turn, as JWTs, until so many were answered with 200; any other answer ends it.
-- arguments: form, file of the clients (an Authorization header in each line), how many, after how many to say so,
-- file for a random sample, how many of them
clients, sample, asked, issued = {}, {}, 0, 0

function init(args)
  enough, often, keep, size = tonumber(args[3]), tonumber(args[4]), args[5], tonumber(args[6])
  math.randomseed(os.time())
  for line in io.lines(args[2]) do
    local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = line }
    clients[#clients + 1] = wrk.format("POST", wrk.path, headers, args[1])
  end
end

function request()
  asked = asked + 1
  return clients[asked % #clients + 1]
end

local function say(line)
  io.stdout:write(line, "\n")
  io.stdout:flush()
end

function response(status, headers, body)
  local token = status == 200 and body:match('"access_token"%s*:%s*"([^"]+%.[^"]+%.[^"]+)"')
  if not token then
    say("refused " .. status .. " " .. body:sub(1, 200):gsub("%s+", " "))
    return
  end
  issued = issued + 1
  -- Each of them is in the sample with the same probability.
  local place = issued <= size and issued or math.random(issued)
  if place <= size then sample[place] = token end
  if issued % often == 0 then say("issued " .. issued) end
  if issued == enough then say("enough") end
end

local thread
function setup(each) thread = each end

function done()
  local file = io.open(thread:get("keep"), "w")
  for _, each in ipairs(thread:get("sample")) do file:write(each, "\n") end
  file:close()
  say("all " .. thread:get("issued"))
end
