#!/usr/bin/perl
use strict;
use warnings;

package Dictionary;
use parent 'HTTP::Server::Simple::CGI';

my %meanings;
open my $file, '<', 'words.txt' or die "words.txt: $!";
while (<$file>) {
    chomp;
    my ($word, $meaning) = split /\t/;
    $meanings{$word} = $meaning;
}

sub handle_request {
    my ($self, $cgi) = @_;
    my $word = substr $cgi->path_info, 1;
    my $text = $meanings{$word} // 'dictionary: ' . keys(%meanings) . ' words';
    print "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n$text\n";
}

package main;
$SIG{TERM} = sub { exit 0 };
Dictionary->new(8056)->run;
