#!perl
# ManifestRead in Perl: it starts in 3 ms, where Node needs 50 ms. It does exactly what client.ts does (contract 5.2, 5.3) and loads no
# module on Linux and illumos. client.ts runs where there is no perl.
my (%on, $bad);
OPTION: while (@ARGV && $ARGV[0] =~ /^-./s) {
    my $argument = shift;
    last if $argument eq '--';
    for (split //, substr $argument, 1) {
        if (/[dhkr?]/) { $on{$_} = 1 } else { $bad = 1; last OPTION }
    }
}
my $usage = <<'USAGE';
@USAGE@
USAGE
if (!$bad && ($on{h} || $on{'?'})) { print $usage; exit 0 }
my $path = shift;
if ($bad || !defined $path) { print STDERR $usage; exit 22 } # EINVAL

$SIG{PIPE} = 'IGNORE'; # a build that ends is an error to report
# AF_UNIX is 1 everywhere. Loading Socket.pm would double the time.
my ($stream, $address) =
    $^O eq 'linux'   ? (1, pack 'S Z*', 1, $path)
  : $^O eq 'solaris' ? (2, pack 'S Z*', 1, $path)
  :                    do { require Socket; (Socket::SOCK_STREAM(), Socket::pack_sockaddr_un($path)) };
my ($socket, @low);
do { # a standard stream that the caller closed must not become the socket
    push @low, $socket;
    undef $socket;
    socket $socket, 1, $stream, 0 or fail($!);
} while fileno($socket) < 3;
connect $socket, $address or fail($!);

my $buffer = '';
my $prefixed = $on{r} || @ARGV > 1;
my @lines;
for my $request (@ARGV) {
    print 'request ', ($on{k} ? 'key' : 'nodepath'), ": $request\n" if $on{d};
    push @lines, map { ($prefixed ? "$request " : '') . "$_\n" } ask($request);
}
send_bytes("\5");
$SIG{PIPE} = 'DEFAULT'; # a reader that closes the pipe is not an error
print @lines;
close STDOUT or do { my $errno = $! + 0; print STDERR "Error running Manifest Reader: \l$!\n"; exit $errno };
exit 0;

# The values of one request.
sub ask {
    my $request = shift;
    send_bytes(sprintf '%d %06d', $on{k} ? 1 : 0, length $request);
    receive() until length $buffer;
    substr $buffer, 0, 1, '';
    send_bytes($request);
    until ($buffer =~ /\A\d+,\d/) {
        fail('the reply is not of the protocol') if $buffer !~ /\A\d*,?\z/;
        receive();
    }
    my ($count) = $buffer =~ /\A(\d+)/;
    substr $buffer, 0, length("$count,"), '';
    send_bytes("\4");
    my $body = '';
    if ($count == 0) { substr $buffer, 0, 1, '' }
    else             { receive() until defined($body = body($count)) }
    print 'reply: ', $count + 0, ' value(s), ', length $body, " byte(s)\n" if $on{d};
    my @values = split /\0/, $body, -1;
    pop @values; # the part after the last NUL
    return map { $_ eq "\3" ? '' : $_ } @values;
}

# The reply's body once it is complete. The size before it has no terminator, and its digits may arrive in pieces. The size is the
# number at the start of the buffer that equals the length of the text after it.
sub body {
    my $count = shift;
    my ($digits) = $buffer =~ /\A(\d{1,12})/;
    for my $taken (1 .. length $digits) {
        my $size = substr $digits, 0, $taken;
        next if $size < 1 || length($buffer) < $taken + $size || substr($buffer, $taken + $size - 1, 1) ne "\2";
        my $body = substr $buffer, $taken, $size;
        next if ($body =~ tr/\0//) != $count;
        substr $buffer, 0, $taken + $size, '';
        return $body;
    }
    return undef;
}

sub send_bytes {
    my $bytes = shift;
    while (length $bytes) {
        my $sent = syswrite $socket, $bytes;
        if (defined $sent) { substr $bytes, 0, $sent, '' }
        elsif ($! != 4) { fail($!) } # EINTR
    }
}

sub receive {
    my $count = sysread $socket, $buffer, 65536, length $buffer;
    return if $count || (!defined $count && $! == 4);
    fail(defined $count ? 'the build closed the connection' : $!);
}

sub fail {
    my $reason = shift; # text, or the error of the system with its number
    my $errno = $reason + 0;
    print STDERR "Error connecting to listener socket $path\nError running Manifest Reader: \l$reason\n";
    exit($errno % 256 || 1);
}
__END__
