"""Frameworks of Ruby, one family a file. ``FAMILIES`` holds them in the order in which they are asked."""

from builder.detect.languages.ruby.families.gems import rest
from builder.detect.languages.ruby.families.hanami import hanami
from builder.detect.languages.ruby.families.project import Family
from builder.detect.languages.ruby.families.rack import rack
from builder.detect.languages.ruby.families.rails import rails
from builder.detect.languages.ruby.families.sinatra import sinatra
from builder.detect.languages.ruby.families.sites import site
from builder.detect.languages.ruby.families.workers import worker

FAMILIES: tuple[Family, ...] = (rails, hanami, site, sinatra, rack, worker, rest)
