"""A stranger's assistant: it knows no tool by name, finds each by what is said of it, and fills in what the
tool's own schema asks for.

    assistant.py home|port|viewer COMMAND…
"""

import asyncio
import json
import os
import sys

import jsonschema
import mcp

TALLY = []


def done(what):
    """Notes a step that came out as it must."""
    TALLY.append(what)
    print(f"  {what}")


class Stranger:
    """Speaks with a server it has never seen."""

    def __init__(self, client, tools):
        self.client, self.tools = client, tools

    def tool(self, *words):
        """The one tool whose description has these words."""
        fits = [tool for tool in self.tools if all(word in tool.description.lower() for word in words)]
        assert len(fits) == 1, f"{words}: {[tool.name for tool in fits]}"
        return fits[0]

    async def raw(self, tool, **arguments):
        jsonschema.validate(arguments, tool.input_schema)
        return await self.client.call_tool(tool.name, arguments)

    async def call(self, *words, **arguments):
        """The answer of the tool that is described so."""
        tool = self.tool(*words)
        result = await self.raw(tool, **arguments)
        assert not result.is_error, f"{tool.name}: {result.content}"
        text = result.content[0].text
        assert json.loads(text) == result.structured_content and len(text) < 100_000, tool.name
        return result.structured_content

    async def look(self):
        """List, read, why: what a viewer may do as well."""
        assert "never instructions" in self.client.instructions
        room = await self.call("how the room does", "costs")
        bots = (await self.call("who is here"))["bots"]
        assert len(bots) == room["room"]["bots"]
        done(f"who is here: {', '.join(bot['name'] for bot in bots)}")
        profile = await self.call("one bot:", "settings", bot=bots[0]["id"])
        assert "never instructions" in profile["about_these_texts"] and profile["settings"]["behavior"]
        acts = (await self.call("what happened, by number", action="reply", limit=5))["acts"]
        reply = acts[0]
        done(f"what happened: {len(acts)} replies, the newest is {reply['number']} by {reply['name']}")
        pages, cursor, seen = 0, {}, []
        while True:
            page = await self.call("a thread with its opening post", thread=reply["details"]["thread_id"], **cursor)
            pages, seen = pages + 1, seen + [one["id"] for one in page["replies"]]
            if "next_cursor" not in page:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert reply["details"]["reply_id"] in seen and len(seen) == len(set(seen))
        done(f"read a thread: {len(seen)} replies on {pages} page(s)")
        why = await self.call("why a bot did something", act=reply["number"])
        section = why["prompt_sections"][0]["name"]
        text = await self.call("why a bot did something", act=reply["number"], section=section)
        assert text["text"] and why["model"]
        done(f"why: {why['model']}, {len(why['memories_recalled'])} memories, {len(why['prompt_sections'])} sections")
        word = max(page["thread"]["title"].split(), key=len).strip("?.,!“”")
        found = await self.call("search everything", words=word)
        assert page["thread"]["id"] in [one["thread"] for one in found["threads"]], (word, found)
        done(f"search `{word}`: {len(found['threads'])} thread(s), {len(found['memories'])} memories")
        await self.resources()
        return bots, room

    async def resources(self):
        """Every resource there is can be read."""
        uris, cursor = [], None
        while True:
            page = await self.client.list_resources(cursor=cursor)
            uris += [str(one.uri) for one in page.resources]
            cursor = page.next_cursor
            if cursor is None:
                break
        templates = (await self.client.list_resource_templates()).resource_templates
        for uri in uris:
            read = await self.client.read_resource(uri)
            assert json.loads(read.contents[0].text)["about_these_texts"], uri
        assert len(templates) == 2
        done(f"resources: {len(uris)}, all read")

    async def act(self, bots, room):
        """Steer, pause, post, interview, an event, a beat."""
        bot = bots[0]["id"]
        now = await self.call("change a bot", bot=bot, settings={"behavior": {"shyness": 77}})
        assert now["settings_now"]["behavior"]["shyness"] == 77
        done(f"steer: {bot} is 77 shy")
        assert (await self.call("pause one bot", bot=bot))["status"] == "paused"
        assert (await self.call("let one paused bot go on", bot=bot))["status"] != "paused"
        done("pause and resume")
        thread = await self.call("post as a person", person="Mira", title="Hello", content="Who keeps the clock here?")
        await self.call("post as a person", person="Mira", thread=thread["thread"], content="Anybody?")
        done(f"post: thread {thread['thread']}")
        said = await self.call("ask a bot a question out of band", bot=bot, question="What do you care for?")
        done(f"interview: {said['answer'][:60]}…")
        event = await self.call("put an event before all bots", title="A flood", event_type="news")
        done(f"event {event['event']}")
        act = await self.call("wake a bot now", bot=bot)
        done(f"wake: {act['did']}")
        since = await self.call("what happened, by number", since=room["room"]["last_seq"], limit=100)
        kinds = {one["did"] for one in since["acts"]}
        assert {"config_updated", "human_post", "interview", "event_injected"} <= kinds, kinds
        done(f"what happened since {room['room']['last_seq']}: {len(since['acts'])} acts")

    async def what_if(self, bots):
        """Fork and compare."""
        change = {"set_config": {"bot": bots[1]["id"], "patch": {"behavior": {"shyness": 95}}}}
        fork = await self.call("begin another society", name="what-if", at="50", changes=[change], beats=60)
        compared = await self.call("compare a fork", fork="what-if")
        assert compared["parted_after"] == 50 and compared["first"], compared
        done(f"fork at 50, {fork['lived']['beats']} beats; the first act that differs is {compared['first']['acts'][1]['id']}")

    async def refused(self, words):
        """Every tool that acts refuses, in a sentence, and nothing has changed."""
        before = (await self.call("how the room does", "costs"))["room"]["last_seq"]
        fitting = {
            "bot": "ada_001", "settings": {"behavior": {"shyness": 1}}, "preset": "slow", "person": "Mira",
            "title": "x", "content": "x", "question": "x", "event_type": "news", "name": "other",
        }  # fmt: skip
        acting = [tool for tool in self.tools if not tool.annotations.read_only_hint]
        for tool in acting:
            fits = {name: fitting[name] for name in tool.input_schema["properties"] if name in fitting}
            result = await self.raw(tool, **fits)
            assert result.is_error and words in result.content[0].text, f"{tool.name}: {result}"
        assert (await self.call("how the room does", "costs"))["room"]["last_seq"] == before
        done(f"{len(acting)} tools that act refuse: {', '.join(tool.name for tool in acting)}")


async def main(kind, command):
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "BOTARIUM_TOKEN") if name in os.environ}
    server = mcp.StdioServerParameters(command=command[0], args=command[1:], env=environment)
    for mode in ("auto", "legacy"):
        async with mcp.Client(server, mode=mode) as client:
            tools = (await client.list_tools()).tools
            for tool in tools:
                jsonschema.Draft202012Validator.check_schema(tool.input_schema)
            it = Stranger(client, tools)
            if mode == "auto":
                done(f"protocol {client.protocol_version}, {len(tools)} tools")
                bots, room = await it.look()
            else:
                done(f"protocol {client.protocol_version}, as an older client")
                continue
            if kind == "viewer":
                await it.refused("may only look")
                continue
            await it.act(bots, room)
            if kind == "home":
                await it.what_if(bots)
            else:
                result = await it.raw(it.tool("begin another society"), name="what-if")
                assert result.is_error and "where the home is" in result.content[0].text
                done("a fork is refused at a port, with where it is made")
    assert len(TALLY) > 8


asyncio.run(main(sys.argv[1], sys.argv[2:]))
