"""Ruby: small trees, and what the plan must say of them."""

from dataclasses import dataclass
from typing import Any

import pytest

from builder.detect.languages.ruby import RUBY
from builder.detect.languages.ruby.constraints import exact, span
from builder.detect.planning import plan
from builder.detect.shared.clients_rubygems import CLIENTS
from builder.plan import SERVICES, Component, Kind
from builder.tree import Tree

SERVER = "bundle exec rails server -b 0.0.0.0 -e production"
PUMA = "bundle exec puma -b tcp://0.0.0.0:${PORT:-9292}"
Files = dict[str, str | bytes]


def gems(*lines: str, ruby: str = "") -> str:
    """Return a Gemfile."""
    return "\n".join(["source 'https://rubygems.org'", ruby, *(f"gem {line}" for line in lines), ""])


def rails(*lines: str, ruby: str = "") -> Files:
    """Return a Rails application."""
    return {
        "Gemfile": gems(*lines, ruby=ruby),
        "config.ru": "run Rails.application\n",
        "config/application.rb": "module Shop\n  class Application < Rails::Application\n  end\nend\n",
        "bin/rails": "#!/usr/bin/env ruby\n",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tree and the fields that count."""

    id: str
    files: Files
    kind: Kind = Kind.WEB
    framework: str | None = None
    ruby: str | None = None
    start: str | None = None
    port: int | None = None
    manager: str | None = "bundler"
    build: str | None = None
    output: str | None = None
    packages: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    volumes: frozenset[str] = frozenset()
    health: str | None = None


def refused(name: str, kind: Kind, files: Files, **more: Any) -> Case:
    """Return a case that cannot be put online."""
    return Case(id=name, kind=kind, files=files, **more)


CASES = (
    Case(
        id="rails-8-with-sqlite-and-solid-queue", framework="rails", ruby="3.4", start=SERVER, port=3000, health="/up",
        build="bundle exec rails assets:precompile", tasks=frozenset({"migrate", "worker-solid_queue"}),
        volumes=frozenset({"/app/storage"}), variables=frozenset({"SECRET_KEY_BASE"}),
        files=rails("'rails', '~> 8.0'", "'puma'", "'sqlite3'", "'propshaft'", "'solid_queue'") | {
            "config/routes.rb": 'Rails.application.routes.draw do\n  get "up" => "rails/health#show"\nend\n',
            "config/puma.rb": 'port ENV.fetch("PORT", 3000)\n', "app/assets/x.css": "", "db/schema.rb": "",
            "config/database.yml": "production:\n  adapter: sqlite3\n",
        },
    ),
    Case(
        id="rails-reads-variables-in-its-templates", framework="rails", ruby="3.2", start=SERVER, port=4000,
        packages=frozenset({"libpq5"}), variables=frozenset({"SHOP_PASSWORD", "RAILS_MASTER_KEY", "REDIS_URL"}),
        files=rails("'rails', '~> 7.1'", "'pg'", "'puma'", ruby="ruby '3.2.2'") | {
            "config/puma.rb": 'port ENV.fetch("PORT") { 4000 }\n', "config/credentials.yml.enc": "x",
            "config/database.yml": "production:\n  password: <%= ENV['SHOP_PASSWORD'] %>\n",
            "config/cable.yml": 'production:\n  url: <%= ENV.fetch("REDIS_URL") { "redis://localhost" } %>\n',
        },
    ),
    Case(
        id="rails-5-needs-an-older-ruby", framework="rails", ruby="2.7", start=SERVER, port=3000,
        files=rails("'rails', '~> 5.2.8'", "'puma'"),
    ),
    Case(
        id="rails-locked-release-decides", framework="rails", ruby="3.1", start=SERVER, port=3000,
        files=rails("'rails'", "'puma'") | {"Gemfile.lock": "GEM\n  specs:\n    rails (6.1.7)\n"},
    ),
    Case(
        id="rails-on-a-ruby-that-has-long-ended", framework="rails", ruby="2.5", start=SERVER, port=3000,
        files=rails("'rails', '~> 5.2'", "'puma'", ruby="ruby '2.5.1'"),
    ),
    Case(
        id="rails-with-unicorn", framework="rails", ruby="2.5", port=8080,
        start="bundle exec unicorn -c config/unicorn.rb -E production",
        files=rails("'rails', '4.2.11'", "'unicorn'") | {"config/unicorn.rb": "listen ENV['PORT'] || 8080\n"},
    ),
    Case(
        id="rails-with-engines-is-one-component", framework="rails", start=SERVER, port=3000,
        files=rails("'rails', '~> 7.1'", "'puma'") | {"engines/a/a.gemspec": "", "engines/a/Gemfile": "gemspec\n"},
    ),
    Case(
        id="rails-with-sidekiq", framework="rails", start=SERVER, port=3000, tasks=frozenset({"worker-sidekiq"}),
        files=rails("'rails', '~> 7.1'", "'puma'", "'sidekiq'"),
    ),
    refused("engine", Kind.LIBRARY, {
        "Gemfile": "gemspec\n", "blorgh.gemspec": "Gem::Specification.new do |s|\n  s.name = 'blorgh'\n"
        "  s.add_dependency 'rails'\nend\n", "lib/blorgh/engine.rb": "", "test/dummy/config/application.rb": "",
    }),
    Case(
        id="sinatra-classic", framework="sinatra", port=4567, health="/health",
        start="bundle exec ruby app.rb -o 0.0.0.0 -p ${PORT:-4567}",
        files={"Gemfile": gems("'sinatra'", "'puma'"), "app.rb": "require 'sinatra'\nget '/health' do\n 'ok'\nend\n"},
    ),
    Case(
        id="sinatra-modular", framework="sinatra", ruby="3.4", port=3000, start="bundle exec puma -C config/puma.rb",
        files={"Gemfile": gems("'sinatra'", "'puma'", ruby="ruby '~> 3.3'"), "config.ru": "run App\n",
               "app.rb": "class App < Sinatra::Base\nend\n", "config/puma.rb": "port ENV['PORT'] || 3000\n"},
    ),
    Case(
        id="sinatra-without-a-gemfile", framework="sinatra", manager=None, port=8080,
        start="ruby server.rb -o 0.0.0.0 -p ${PORT:-8080}",
        files={"server.rb": "require 'sinatra'\nset :port, 8080\n"},
    ),
    Case(
        id="hanami", framework="hanami", ruby="3.3", port=2300, start="bundle exec puma -C config/puma.rb",
        tasks=frozenset({"migrate"}),
        files={"Gemfile": gems("'hanami', '~> 2.2'", "'hanami-db'", "'puma'"), "config.ru": "run Hanami.app\n",
               "config/puma.rb": 'port ENV.fetch("HANAMI_PORT", 2300)\n', ".ruby-version": "3.3.5\n"},
    ),
    Case(
        id="roda", framework="roda", port=9292, start=PUMA,
        files={"Gemfile": gems("'roda'", "'puma'"), "config.ru": "run App.freeze.app\n"},
    ),
    Case(
        id="grape-without-a-server-of-its-own", framework="grape", port=9292,
        start="bundle exec rackup --host 0.0.0.0 --port ${PORT:-9292} --env production config.ru",
        files={"Gemfile": gems("'grape'", "'rackup'"), "config.ru": "run API\n"},
    ),
    Case(
        id="rack-alone", framework="rack", port=9292, start=PUMA,
        files={"Gemfile": gems("'puma'", "'rack'"), "config.ru": "run ->(env) { [200, {}, []] }\n"},
    ),
    Case(
        id="falcon-serves", framework="roda", port=9292,
        start="bundle exec falcon serve --bind http://0.0.0.0:${PORT:-9292}",
        files={"Gemfile": gems("'roda'", "'falcon'"), "config.ru": "run App\n"},
    ),
    Case(
        id="jekyll", kind=Kind.STATIC, framework="jekyll", build="bundle exec jekyll build", output="_site",
        files={"Gemfile": gems("'jekyll'"), "_config.yml": "title: x\n", "index.md": "---\n---\n"},
    ),
    refused("theme-of-jekyll", Kind.LIBRARY, {
        "Gemfile": "gemspec\n", "_config.yml": "title: x\n", "_layouts/default.html": "",
        "paper.gemspec": "Gem::Specification.new do |s|\n  s.name = 'paper'\n  s.add_dependency 'jekyll'\nend\n",
    }),
    Case(
        id="socket-alone", framework="socket", manager=None, start="ruby server.rb", port=2345,
        files={"server.rb": "require 'socket'\nserver = TCPServer.new('0.0.0.0', 2345)\n"},
    ),
    Case(
        id="sinatra-with-the-layout-of-rails", framework="sinatra", start=PUMA, port=9292,
        files={"Gemfile": gems("'sinatra'", "'puma'", "'sinatra-activerecord'"), "config.ru": "run A\n",
               "config/environment.rb": "require 'bundler'\n",
               "Gemfile.lock": "GEM\n  specs:\n    puma (6.4.0)\n    railties (7.0.1)\n    sinatra (4.0.0)\n"},
    ),
    Case(
        id="jekyll-names-its-folder", kind=Kind.STATIC, framework="jekyll", output="public",
        files={"Gemfile": gems("'github-pages'"), "_config.yml": "destination: ./public\n", "_posts/a.md": ""},
    ),
    Case(
        id="jekyll-without-a-gemfile", kind=Kind.STATIC, framework="jekyll", manager=None, build="jekyll build",
        files={"_config.yml": "title: x\n", "_posts/a.md": "", "_layouts/default.html": ""},
    ),
    Case(
        id="middleman", kind=Kind.STATIC, framework="middleman", output="build",
        files={"Gemfile": gems("'middleman', '~> 4.2'"), "config.rb": "activate :x\n", "source/index.html.erb": ""},
    ),
    Case(
        id="sidekiq-alone-is-a-worker", kind=Kind.WORKER, framework="sidekiq",
        start="bundle exec sidekiq -r ./worker.rb",
        files={"Gemfile": gems("'sidekiq'"), "worker.rb": "class W\n  include Sidekiq::Job\nend\n"},
    ),
    Case(
        id="bot-is-a-worker", kind=Kind.WORKER, framework="discordrb", start="bundle exec ruby bot.rb",
        variables=frozenset({"BOT_TOKEN"}),
        files={"Gemfile": gems("'discordrb'"), "bot.rb": "Discordrb::Bot.new token: ENV['BOT_TOKEN']\n"},
    ),
    refused("gem", Kind.LIBRARY, {
        "Gemfile": "source 'https://rubygems.org'\ngemspec\n", "lib/tally.rb": "", "bin/console": "", "bin/setup": "",
        "tally.gemspec": "Gem::Specification.new do |spec|\n  spec.name = 'tally'\n"
        "  spec.required_ruby_version = '>= 3.1.0', '< 3.4'\nend\n",
    }, ruby="3.3"),
    refused("gem-with-a-program", Kind.CLI, {
        "fetchy.gemspec": "Gem::Specification.new do |s|\n  s.name = 'fetchy'\nend\n", "exe/fetchy": "", "lib/f.rb": "",
    }),
    refused("tool-with-thor", Kind.CLI, {"Gemfile": gems("'thor'"), "cli.rb": "class A < Thor\nend\n"}),
    refused("window", Kind.DESKTOP, {"Gemfile": gems("'gosu'"), "game.rb": "class G < Gosu::Window\nend\n"}),
    refused("plugin-of-redmine", Kind.OTHER, {"Gemfile": gems("'mechanize'"), "init.rb": "Redmine::Plugin.register\n"}),
    refused("script-alone", Kind.CLI, {"count.rb": "puts ARGV.size\n"}, manager=None),
    Case(
        id="groups-of-development-do-not-run", framework="rack", port=9292,
        start="bundle exec rackup --host 0.0.0.0 --port ${PORT:-9292} --env production config.ru",
        files={"Gemfile": "gem 'rack'\ngroup :development, :test do\n  gem 'puma'\nend\ngem 'roda', group: :test\n",
               "config.ru": "run A\n"},
    ),
    Case(
        id="gems-rb", framework="roda", port=9292, start=PUMA,
        files={"gems.rb": gems("'roda'", "'puma'"), "gems.locked": "", "config.ru": "run A\n"},
    ),
    Case(
        id="jruby-is-no-version-of-ruby", framework="rack", ruby="3.4", port=9292, start=PUMA,
        files={"Gemfile": gems("'puma'"), "config.ru": "run A\n", ".ruby-version": "jruby-9.4.5.0\n"},
    ),
    Case(
        id="lock-file-names-the-ruby", framework="rack", ruby="3.2", port=9292, start=PUMA,
        files={"Gemfile": gems("'puma'"), "config.ru": "run A\n",
               "Gemfile.lock": "GEM\n  specs:\n    puma (6.4.0)\n\nRUBY VERSION\n   ruby 3.2.1p31\n"},
    ),
    Case(
        id="broken-gemfile", framework="rack", port=9292, start=PUMA,
        files={"Gemfile": "source 'x'\ngem 'puma'\ngroup :test do\n  gem 'rack-test\n", "config.ru": "run A\n"},
    ),
    Case(
        id="gemfile-in-another-encoding", framework="rack", port=9292, start=PUMA,
        files={"Gemfile": b"\xef\xbb\xbf# caf\xe9\ngem 'puma'\n", "config.ru": "run A\n"},
    ),
)  # fmt: skip


def component(files: Files) -> Component:
    """Return the one component of a tree."""
    found = plan(Tree.of(files), providers=(RUBY,)).components
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_ruby_is_planned(case: Case) -> None:
    found = component(case.files)
    assert found.language.value == "ruby"
    assert found.kind.value == case.kind
    assert found.framework.value == case.framework
    assert (found.start.value.text if found.start.value else None) == case.start
    assert found.port.value == case.port
    assert found.package_manager.value == case.manager
    if case.ruby:
        assert found.runtime.value is not None
        assert found.runtime.value.version == case.ruby
    if case.build:
        assert found.build.value is not None
        assert found.build.value.text == case.build
    if case.output:
        assert found.output.value == case.output
    assert case.packages <= {one.value for one in found.system_packages}
    assert case.variables <= {one.value.name for one in found.variables}
    assert case.tasks <= {one.value.name for one in found.tasks}
    assert case.volumes <= {one.value.path for one in found.volumes}
    assert (found.health.value.path if found.health.value else None) == case.health


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"Gemfile": gems("'fastlane'", "'cocoapods'"), "ios/App.swift": "x"}, id="tools-of-a-mobile-app"),
        pytest.param({"Gemfile": gems("'danger'", "'danger-swiftlint'"), "a.swift": "x"}, id="tools-of-reviewers"),
        pytest.param(
            {"package.json": "{}", "release.rb": "puts 1\n", "a.js": "x"}, id="script-beside-another-language"
        ),
        pytest.param({"a.py": "x = 1\n"}, id="nothing-of-ruby"),
    ],
)
def test_tools_written_in_ruby_make_no_ruby_program(files: Files) -> None:
    assert all(one.provider == "" for one in plan(Tree.of(files), providers=(RUBY,)).components)


@pytest.mark.parametrize(
    ("requirements", "allowed", "excluded"),
    [
        (["~> 3.2"], ["3.2", "3.4"], ["4.0", "3.1"]),
        (["~> 3.2.1"], ["3.2"], ["3.3"]),
        ([">= 2.7", "< 3.3"], ["2.7", "3.2"], ["3.3"]),
        ([">= 2.7, < 3.3"], ["3.2"], ["3.3"]),
        (["3.1.4"], ["3.1"], ["3.2"]),
        (["> 3.0"], ["3.1"], ["3.0"]),
        (["<= 3.1"], ["3.1"], ["3.2"]),
    ],
)
def test_requirements_of_gems_are_understood(requirements: list[str], allowed: list[str], excluded: list[str]) -> None:
    held = span(requirements)
    assert all(held.meets(release) for release in allowed)
    assert not any(held.meets(release) for release in excluded)


@pytest.mark.parametrize(
    ("text", "version"),
    [("3.2.2", "3.2.2"), ("ruby-3.2.2", "3.2.2"), ("3.2.2p53", "3.2.2"), ("~> 3.2.2", ""), ("3.2", ""), ("", "")],
)
def test_only_a_full_version_is_exact(text: str, version: str) -> None:
    assert exact(text) == version


def test_every_client_is_of_a_service_that_plans_know() -> None:
    assert set(CLIENTS.values()) <= set(SERVICES)
    assert all(name == name.lower() for name in CLIENTS)
