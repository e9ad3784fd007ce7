"""Agents' sessions, kept alive: one desk in each worker process, one runner for each agent that it holds.

    desk.py      takes agents, renews the hold on them, looks for work, lets go of them at the end
    holding.py   who holds which agent: one row an agent, in the database
    runner.py    one agent: signs in, hears events, does what people asked for, sends the agent's calls
    signing.py   what became of a try to sign in, and when to try again
    following.py the call that the agent is in
    ground.py    everything that is written down of an agent, in one transaction each
    looking.py   commands and calls that wait

An event is handed out once, so nobody else may poll: the hold runs out by itself PORTAL_AGENT_HOLD_SECONDS
after its process was last alive, and a process that could not renew it stops after two thirds of that.
"""
