"""Packages by which programs are told apart: frameworks that serve, and libraries whose programs run for ever."""

FRAMEWORKS = {
    "@nestjs/core": "nest", "fastify": "fastify", "hono": "hono", "koa": "koa", "@hapi/hapi": "hapi", "hapi": "hapi",
    "elysia": "elysia", "express": "express", "restify": "restify", "polka": "polka",
    "@feathersjs/feathers": "feathers", "sails": "sails", "@loopback/core": "loopback", "loopback": "loopback",
    "h3": "h3", "moleculer-web": "moleculer", "@marblejs/core": "marble", "@apollo/server": "apollo",
    "apollo-server": "apollo", "apollo-server-express": "express", "graphql-yoga": "yoga", "micro": "micro",
    "@tinyhttp/app": "tinyhttp", "hyper-express": "hyper-express", "uWebSockets.js": "uwebsockets", "egg": "egg",
    "find-my-way": "http", "@foal/core": "foal", "routing-controllers": "express", "@tsed/common": "tsed",
    "@midwayjs/core": "midway", "socket.io": "socket.io", "total4": "total.js", "total.js": "total.js",
    "thinkjs": "thinkjs", "@trpc/server": "trpc", "json-server": "json-server", "peer": "peer", "ws": "ws",
    "@colyseus/core": "colyseus", "colyseus": "colyseus", "meteor-node-stubs": "meteor", "@grpc/grpc-js": "grpc",
    "parse-server": "parse", "@vendure/core": "vendure", "ultimate-express": "express", "connect": "connect",
    "express-generator": "express", "@modelcontextprotocol/sdk": "mcp",
}  # fmt: skip
"""By package, the likeliest to be the program's own first."""

NOT_ALONE = frozenset(
    {"ws", "socket.io", "@grpc/grpc-js", "@trpc/server", "@modelcontextprotocol/sdk", "peer", "connect"}
)
"""Packages that clients and tools import as well: they count with a call that listens."""

ENDLESS = {
    "discord.js": "a bot", "eris": "a bot", "oceanic.js": "a bot", "telegraf": "a bot",
    "node-telegram-bot-api": "a bot", "grammy": "a bot", "whatsapp-web.js": "a bot",
    "@whiskeysockets/baileys": "a bot", "tmi.js": "a bot", "mineflayer": "a bot", "matrix-bot-sdk": "a bot",
    "@slack/bolt": "a bot", "twit": "a bot", "irc": "a bot", "irc-framework": "a bot", "venom-bot": "a bot",
    "discord-akairo": "a bot", "@sapphire/framework": "a bot", "discord.js-commando": "a bot", "vk-io": "a bot",
    "@open-wa/wa-automate": "a bot", "baileys": "a bot", "node-cron": "a scheduler", "cron": "a scheduler",
    "node-schedule": "a scheduler", "agenda": "a scheduler", "croner": "a scheduler", "bullmq": "a queue's worker",
    "bull": "a queue's worker", "bee-queue": "a queue's worker", "kue": "a queue's worker", "amqplib": "a consumer",
    "kafkajs": "a consumer", "pg-boss": "a queue's worker", "graphile-worker": "a queue's worker",
    "mqtt": "a consumer", "nats": "a consumer", "@temporalio/worker": "a worker", "sqs-consumer": "a consumer",
    "amqp-connection-manager": "a consumer", "discord.js-selfbot-v13": "a bot", "necord": "a bot",
    "discordx": "a bot", "@discordjs/core": "a bot", "seyfert": "a bot", "rhea": "a consumer",
    "zeebe-node": "a worker",
}  # fmt: skip
"""Packages whose programs run for ever without a port."""
