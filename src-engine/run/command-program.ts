/**
 * A part of the launcher's program (`launcher-program.ts`): the function of the process that runs commands for the engine, several
 * at the same time, because a small process forks in a fifth of the time. It is not a part of any step.
 *
 * A request has the form of a step's. Before its fields it has a number and the name of a file that is to be masked, or none. The answer is the number, the wait status and the lengths of
 * both outputs (32 bits each, network order), then both outputs.
 *
 * A command outlives a killed engine, as one does that the engine has started itself. None starts after the engine has ended.
 */
export const COMMAND_PROGRAM = String.raw`
sub serve_commands {
  my ($engine, $parent) = @_;
  $0 = 'slipway-commands';
  fcntl $engine, 2, 1;
  my ($requests, $isOpen, %stream) = ('', 1);
  while ($isOpen || %stream) {
    my $ready = '';
    vec($ready, $_, 1) = 1 for keys %stream, $isOpen ? fileno $engine : ();
    select $ready, undef, undef, undef;
    for my $n (grep { vec $ready, $_, 1 } keys %stream) {
      my ($pipe, $command, $text) = @{$stream{$n}};
      next if sysread $pipe, $$text, 65536, length $$text;
      delete $stream{$n};
      close $pipe;
      answer_command($engine, $command) if !--$command->{open};
    }
    next if !$isOpen || !vec $ready, fileno $engine, 1;
    $isOpen = sysread $engine, $requests, 65536, length $requests;
    while (length $requests >= 4 && length $requests >= 4 + (my $length = unpack 'N', $requests)) {
      my $request = substr $requests, 4, $length;
      substr($requests, 0, 4 + $length) = '';
      # The launcher dies with the engine.
      if (getppid() != $parent) { $isOpen = 0; last }
      my ($command, @pipes) = start_command($request);
      $stream{fileno $pipes[0]} = [$pipes[0], $command, \$command->{out}];
      $stream{fileno $pipes[1]} = [$pipes[1], $command, \$command->{err}];
    }
  }
  leave(0);
}

sub start_command {
  my ($request) = @_;
  my ($number, $masked, $count, @fields) = split /\0/, $request, -1;
  pop @fields;
  my @argv = splice @fields, 0, $count;
  pipe my $outRead, my $out;
  pipe my $errRead, my $err;
  my $pid = fork;
  if (defined $pid && $pid == 0) {
    syscall($setsid + 0);
    if (length $masked && syscall($unshare + 0, $NEWNS) == 0 && mount_at('none', '/', 'none', $SLAVE) == 0) {
      mount_at('/dev/null', $masked, 'none', $BIND);
    }
    open STDOUT, '>&', $out;
    open STDERR, '>&', $err;
    %ENV = map { split /=/, $_, 2 } @fields;
    { no warnings; exec { $argv[0] } @argv }
    syswrite STDERR, "it cannot be started: $!\n";
    leave(127);
  }
  syswrite $err, "it cannot be started: $!\n" if !defined $pid;
  return ({ number => $number, pid => $pid, open => 2, out => '', err => '' }, $outRead, $errRead);
}

sub answer_command {
  my ($engine, $command) = @_;
  my $status = 127 << 8;
  if (defined $command->{pid}) { waitpid $command->{pid}, 0; $status = $? }
  my $answer = pack('N4', $command->{number}, $status, length $command->{out}, length $command->{err});
  $answer .= $command->{out} . $command->{err};
  while (length $answer) {
    my $written = syswrite $engine, $answer;
    leave(0) if !defined $written;
    substr($answer, 0, $written) = '';
  }
}
`;
