# Reads each answer with its generated model, and prints what the model holds.
use strict;
use warnings;
use JSON;
use Module::Runtime 'use_module';

open my $answers, '<', $ENV{ANSWERS} or die $!;
while (my $line = <$answers>) {
    chomp $line;
    my ($id, $model, $body) = split /\t/, $line;
    my $said = eval {
        my $read = use_module("WWW::OpenAPIClient::Object::$model")->new()->from_hash(decode_json($body));
        JSON->new->utf8->convert_blessed->encode($read);
    };
    print "$id\t", $said // (split /\n/, $@)[0], "\n";
}
