-- GET with one access token after another. arguments: file of tokens, how many of them to pass over at first or "once" to
-- stop when each has been asked with, and lines of further header fields
tokens, next_one, asked, answered, fields = {}, 0, 0, 0, {}

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
  if args[2] == "once" then response = stop_after_all else next_one = tonumber(args[2]) % #tokens end
  for index = 3, #args do
    local name, value = args[index]:match("^([^:]+): (.*)$")
    fields[name] = value
  end
end

function stop_after_all()
  answered = answered + 1
  if answered == #tokens then wrk.thread:stop() end
end

function request()
  asked = asked + 1
  next_one = next_one % #tokens + 1
  fields["Authorization"] = "Bearer " .. tokens[next_one]
  return wrk.format("GET", wrk.path, fields)
end

local thread
function setup(each) thread = each end

function done() print("asked " .. thread:get("asked")) end
