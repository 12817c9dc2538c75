# Node opens no raw sockets, so this does, and nothing else: what to say and when is decided by the portal.
# Arguments: interfaces. A line `INTERFACE ADDRESS HEX` on standard input is sent as an ICMPv6 message with hop limit 255;
# `INTERFACE ADDRESS` on standard output tells of a router solicitation (`::` when its sender has no address yet).
# Needs CAP_NET_RAW and perl-base, which every Debian has. Ends with its standard input.
use strict;
use warnings;
use Socket qw(:all);

# Perl does not name what is Linux's own: SO_BINDTODEVICE of asm-generic/socket.h, SIOCGIFINDEX of linux/sockios.h.
use constant { BIND_TO_DEVICE => 25, INDEX_OF => 0x8933 };
use constant { ICMPV6 => 58, ICMP6_FILTER => 1, ROUTER_SOLICITATION => 133 };

my (%sockets, %index);
for my $name (@ARGV) {
    socket(my $socket, AF_INET6, SOCK_RAW, ICMPV6) or die "$name: $!\n";
    my $request = pack('a16 i x20', $name, 0);
    ioctl($socket, INDEX_OF, $request) or die "$name: $!\n";
    $index{$name} = unpack('x16 i', $request);
    setsockopt($socket, SOL_SOCKET, BIND_TO_DEVICE, "$name\0") or die "$name: $!\n";
    # RFC 4861 4.2: what came through a router has less than 255 and is not believed.
    setsockopt($socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 255) or die "$name: $!\n";
    setsockopt($socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255) or die "$name: $!\n";
    # RFC 3542 3.2: a bit a type, set where the message is not wanted.
    my @filter = (0xffffffff) x 8;
    $filter[ROUTER_SOLICITATION >> 5] &= ~(1 << (ROUTER_SOLICITATION & 31));
    setsockopt($socket, ICMPV6, ICMP6_FILTER, pack('L8', @filter)) or die "$name: $!\n";
    setsockopt($socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, pack('a16 I', inet_pton(AF_INET6, 'ff02::2'), $index{$name})) or die "$name: $!\n";
    $sockets{$name} = $socket;
}

$| = 1;
print "ready\n";
my $waiting = '';
while (1) {
    my $readable = '';
    vec($readable, fileno(STDIN), 1) = 1;
    vec($readable, fileno($_), 1) = 1 for values %sockets;
    select($readable, undef, undef, undef) > 0 or next;
    for my $name (keys %sockets) {
        next unless vec($readable, fileno($sockets{$name}), 1);
        my $from = recv($sockets{$name}, my $message, 1500, 0) or next;
        next unless length($message) >= 8 && unpack('C', $message) == ROUTER_SOLICITATION;
        my (undef, $address) = unpack_sockaddr_in6($from);
        print "$name ", inet_ntop(AF_INET6, $address), "\n";
    }
    next unless vec($readable, fileno(STDIN), 1);
    sysread(STDIN, $waiting, 65536, length $waiting) or exit 0;
    while ($waiting =~ s/^(\S+) (\S+) ([0-9a-f]+)\n//) {
        my ($name, $address, $hex) = ($1, $2, $3);
        my $to = inet_pton(AF_INET6, $address);
        next unless $to && $sockets{$name};
        # A phone that has gone away is no failure.
        send($sockets{$name}, pack('H*', $hex), 0, pack_sockaddr_in6(0, $to, $index{$name}, 0));
    }
}
