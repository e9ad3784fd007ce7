"""Agents' sessions, kept alive: one desk in each worker process, one runner for each agent that it holds.

    desk.py            claims agents, renews their leases, looks for work, releases the agents when it stops
    leases.py          which desk holds which agent, and for how long: one row an agent, in the database
    agent_runner.py    one agent: polls, does what people asked for, and applies what follows
      effects.py       what may follow
      connection.py    the session at the gateway, as this process has it open
      events.py        what answers to polls mean
      calls.py         the agent's calls, sent and followed (call_follower.py)
      commands.py      what people asked of the agent
      sign_in_policy.py   when to try again after a sign-in that failed
    store.py           everything that is written of an agent, in one transaction each
    work_queue.py      commands and calls that wait

An event is handed out once, so nobody else may poll: a lease runs out PORTAL_AGENT_HOLD_SECONDS after its
process was last alive, and a process that could not renew it stops after two thirds of that.
"""
