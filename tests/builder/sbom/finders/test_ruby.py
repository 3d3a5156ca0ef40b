"""Ruby gems."""

from pathlib import Path

from tests.builder.sbom.making import purls, taken

GEMS = "usr/local/bundle/specifications"
RACK = """\
# -*- encoding: utf-8 -*-
# stub: rack 3.0.8 ruby lib

Gem::Specification.new do |s|
  s.name = "rack".freeze
  s.version = "3.0.8".freeze
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.summary = "s.name".freeze
end
"""
OLD = 'Gem::Specification.new do |s|\n  s.name = "old"\n  s.version = "1.2"\n  system "rm -rf /"\nend\n'


def test_specifications_are_read_as_text(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        {
            f"{GEMS}/rack-3.0.8.gemspec": RACK,
            f"{GEMS}/default/old-1.2.gemspec": OLD,
            f"{GEMS}/nokogiri-1.16.gemspec": "# stub: nokogiri 1.16.0 x86_64-linux lib\n",
            f"{GEMS}/broken.gemspec": "raise 'no'",
            "app/shop.gemspec": RACK,
        },
    )
    assert purls(found) == [
        "pkg:gem/nokogiri@1.16.0?platform=x86_64-linux",
        "pkg:gem/old@1.2",
        "pkg:gem/rack@3.0.8",
    ]
    assert found.components[2].licenses == ("MIT", "Ruby")
    assert found.unread == (f"{GEMS}/broken.gemspec",)
