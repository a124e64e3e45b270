-- Decide which process is granted the next permit. The same as allocation.py, step by step, which has the reasons.
local GRACE_MS, RECHECK_MS, MEMBER_TTL_MS, REJOIN_MS, SETTLE_MS, ERRORS_MS = 50, 5, 30000, 1250, 250, 480000
local KINDS = {'single', 'bulk'}

local function filter(entries, keep)
  local kept = {}
  for name, entry in pairs(entries) do
    if keep(entry) then kept[name] = entry end
  end
  return kept
end

local function size(entries)
  local count = 0
  for _ in pairs(entries) do count = count + 1 end
  return count
end

local function is_of(permit, process) return string.sub(permit, 1, #process + 1) == process .. ':' end

local function advance(state, clock)
  for _, name in ipairs({'permits', 'served', 'waiting', 'members', 'server_hint', 'errors'}) do
    state[name] = state[name] or {}
  end
  for _, name in ipairs({'locked_until', 'held_until', 'shares_until', 'known_members', 'offset', 'now'}) do
    state[name] = state[name] or 0
  end
  local before, now = state.now, math.max(clock + state.offset, state.now)
  state.offset, state.now = now - clock, now
  return now, now - before
end

local function join(state, now, report, known)
  state.members = filter(state.members, function(member) return now < member['until'] end)
  state.members[report.process] = {
    ['until'] = now + MEMBER_TTL_MS, number = math.max(report.number, known), requests = report.requests,
    window = report.window
  }
  local slowest = nil
  for _, member in pairs(state.members) do
    local rate = member.requests / member.window
    local best = slowest and slowest.requests / slowest.window
    if not slowest or rate < best or (rate == best and member.requests < slowest.requests) then slowest = member end
  end
  return slowest.requests, slowest.window
end

local function recover(state, at, report, window)
  state.shares_until = math.max(state.shares_until, at + REJOIN_MS + window)
  state.known_members = math.max(state.known_members, report.members)
end

local function notice_loss(state, now, report, known, window, silent_for)
  local is_new = state.began == nil
  local began = state.began or now
  state.began = began
  local has_gone_back = known < report.answered and report.age < MEMBER_TTL_MS
  if has_gone_back or (is_new and size(state.members) > 1) then
    local at = now
    if now - report.age < began then at = began end
    state.began = at
    state.held_until = math.max(state.held_until, at + report.hold)
    recover(state, at, report, window)
  end
  local was_silent = silent_for > math.max(REJOIN_MS, window + SETTLE_MS)
  if report.was_local or (was_silent and math.max(size(state.members), report.members) > 1) then
    recover(state, now, report, window)
  end
  if now >= state.shares_until then state.known_members = 0 end
end

local function drop_expired(state, now, window)
  state.permits = filter(state.permits, function(permit) return permit.since + window > now end)
  state.waiting = filter(state.waiting, function(waiting) return now < waiting['until'] end)
  state.served = filter(state.served, function(at) return now - MEMBER_TTL_MS < at end)
  state.errors = filter(state.errors, function(at) return now - ERRORS_MS < at end)
  if state.server_hint.expires and state.server_hint.expires <= now then state.server_hint = {} end
end

local function drop_unused(state, report)
  local named = {}
  for _, kind in ipairs(KINDS) do
    for _, name in ipairs(report[kind]) do named[name] = true end
  end
  for name, permit in pairs(state.permits) do
    local is_unused = not permit.answered and not named[name] and not report.permits[name]
    if is_unused and is_of(name, report.process) then state.permits[name] = nil end
  end
end

local function apply_report(state, now, report, known, requests, window)
  if report.number >= known then drop_unused(state, report) end
  for name, counted_for in pairs(report.permits) do
    if counted_for < window then
      state.permits[name] = {since = now - counted_for, answered = counted_for >= 0}
    else
      state.permits[name] = nil
    end
  end
  for name, age in pairs(report.errors) do state.errors[name] = state.errors[name] or now - age end
  local hint = report.server_hint
  if hint.remaining and hint.remaining < requests - size(state.permits) then
    state.server_hint = {remaining = hint.remaining, expires = now + math.min(hint.expires_in, window)}
  end
  if report.locked_for > 0 then state.locked_until = math.max(state.locked_until, now + report.locked_for) end
  state.waiting[report.process] = {single = #report.single, bulk = #report.bulk, ['until'] = now + GRACE_MS}
end

local function allocate(state, clock, report)
  local now, silent_for = advance(state, clock)
  local process = report.process
  local known = state.members[process] and state.members[process].number or 0
  local requests, window = join(state, now, report, known)
  notice_loss(state, now, report, known, window, silent_for)
  drop_expired(state, now, window)
  apply_report(state, now, report, known, requests, window)
  local own = state.waiting[process]
  local granted = {}
  local members = math.max(size(state.members), state.known_members)
  local share = nil
  if now < state.shares_until then share = math.max(1, math.floor(requests / members)) end

  local function not_yet_granted(kind)
    local names = {}
    for _, name in ipairs(report[kind]) do
      if state.permits[name] then
        table.insert(granted, name)
        own[kind] = own[kind] - 1
      else
        table.insert(names, name)
      end
    end
    return names
  end
  local wanted = {single = not_yet_granted('single'), bulk = not_yet_granted('bulk')}

  local function permits_of(name)
    local permits = {}
    for permit_name, permit in pairs(state.permits) do
      if is_of(permit_name, name) then permits[permit_name] = permit end
    end
    return permits
  end

  local function has_its_share(name) return share ~= nil and size(permits_of(name)) >= share end

  local function free_at(ends, place)
    local first = math.max(#ends - requests, 0)
    local cycles = math.floor((place - 1) / requests)
    local position = (place - 1) % requests
    local free = now
    local index = position - math.max(requests - #ends, 0)
    if index >= 0 then free = ends[first + index + 1] end
    local hint, hinted = state.server_hint, 0
    if hint.remaining and hint.remaining < place then hinted = hint.expires end
    return math.max(free + cycles * window, hinted, state.locked_until, state.held_until, now)
  end

  local function spaced(kind, ends)
    local first = free_at(ends, 1)
    if kind == 'bulk' and requests > 1 then first = math.max(first, free_at(ends, 2) - window / requests) end
    return first
  end

  local function next_free_at(kind)
    local ends = {}
    for _, permit in pairs(state.permits) do table.insert(ends, permit.since + window) end
    table.sort(ends)
    return spaced(kind, ends)
  end

  local function kind_to_serve()
    for _, kind in ipairs(KINDS) do
      for name, waiting in pairs(state.waiting) do
        if waiting[kind] > 0 and not has_its_share(name) then return kind end
      end
    end
  end

  local function ahead_of(kind)
    local own_served, own_name, count = now + 1, '', 0
    if own[kind] > 0 then own_served, own_name = state.served[process] or 0, process end
    for name, waiting in pairs(state.waiting) do
      if waiting[kind] > 0 and name ~= process and not has_its_share(name) then
        local served = state.served[name] or 0
        if served < own_served or (served == own_served and name < own_name) then count = count + 1 end
      end
    end
    return count
  end

  local function grant()
    local kind = kind_to_serve()
    while kind and next_free_at(kind) <= now do
      if ahead_of(kind) > 0 or has_its_share(process) then return true end
      local name = table.remove(wanted[kind], 1)
      state.permits[name] = {since = now + report.margin, answered = false}
      state.served[process] = now
      own[kind] = own[kind] - 1
      local hint = state.server_hint
      if hint.remaining then hint.remaining = hint.remaining - 1 end
      table.insert(granted, name)
      kind = kind_to_serve()
    end
    return false
  end

  local function earliest_ends(permits)
    local ends = {}
    for _, permit in pairs(permits) do
      local since = permit.answered and permit.since or math.min(permit.since, now)
      table.insert(ends, since + window)
    end
    table.sort(ends)
    return ends
  end

  local function wait_for(other_is_first)
    if own.single + own.bulk == 0 then return -1 end
    local ends = earliest_ends(state.permits)
    local kind = own.single > 0 and 'single' or 'bulk'
    local ahead = ahead_of(kind)
    if kind == 'bulk' then
      for _, waiting in pairs(state.waiting) do ahead = ahead + waiting.single end
    end
    local at = ahead == 0 and spaced(kind, ends) or free_at(ends, ahead + 1)
    if has_its_share(process) then
      at = math.max(at, math.min(earliest_ends(permits_of(process))[1], state.shares_until))
    elseif other_is_first then
      at = now + RECHECK_MS
    end
    return math.max(at - now, 1)
  end

  local wait = wait_for(grant())
  if wait < 0 then state.waiting[process] = nil else own['until'] = now + wait + GRACE_MS end
  local in_flight, errors = 0, {}
  for name, permit in pairs(state.permits) do
    if not permit.answered and not is_of(name, process) then in_flight = in_flight + 1 end
  end
  for name, at in pairs(state.errors) do
    if not report.errors[name] then errors[name] = now - at end
  end
  return {
    granted = granted, wait = wait, members = members, locked_for = math.max(state.locked_until - now, 0),
    held_for = math.max(state.held_until - now, 0), shares_for = math.max(state.shares_until - now, 0),
    in_flight = in_flight, errors = errors, requests = requests, window = window
  }
end
