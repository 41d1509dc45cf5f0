-- GET with one access token after another. arguments: file of tokens, how many of them to pass over at first
tokens, next_one, asked = {}, 0, 0

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
  next_one = tonumber(args[2]) % #tokens
end

function request()
  asked = asked + 1
  next_one = next_one % #tokens + 1
  return wrk.format("GET", wrk.path, { ["Authorization"] = "Bearer " .. tokens[next_one] })
end

local thread
function setup(each) thread = each end

function done() print("asked " .. thread:get("asked")) end
