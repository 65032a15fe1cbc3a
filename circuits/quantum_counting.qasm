// quantum_counting.qasm - how many items are marked, without finding them
//
// Phase estimation of the Grover step over eight items, two of them marked. Its eigenphases are +-1/6 of a turn,
// as sin(pi / 6)^2 = 2/8. Five counting bits read y near 32/6 or 32 - 32/6, half each; sin(pi y / 32)^2 * 8
// estimates 2. With F(d) = sin(32 pi d)^2 / (1024 sin(pi d)^2), P(y) = (F(y/32 - 1/6) + F(y/32 + 1/6)) / 2.
//
// Source: Brassard, Hoyer, Tapp, ICALP 1998, arXiv:quant-ph/9805082.
//
// expect: P(00101) = (sin(32*pi/96)^2/sin(pi/96)^2 + sin(32*pi*31/96)^2/sin(pi*31/96)^2) / 2048
// expect: P(11011) = (sin(32*pi/96)^2/sin(pi/96)^2 + sin(32*pi*31/96)^2/sin(pi*31/96)^2) / 2048
// expect: P(00110) = (sin(32*pi*2/96)^2/sin(pi*2/96)^2 + sin(32*pi*34/96)^2/sin(pi*34/96)^2) / 2048
// expect: P(00000) = (sin(32*pi/6)^2/sin(pi/6)^2) / 1024
// expect: strings = 32
OPENQASM 3.0;
include "stdgates.inc";

// Marks 011 and 111 (both low bits set), then reflects about the mean; the sign makes the phases +-1/6.
gate grover a, b, c {
	cz a, b;
	h a; h b; h c;
	negctrl(3) @ gphase(pi) a, b, c;
	gphase(pi);
	h a; h b; h c;
}

qubit[5] phase_bits;
qubit[3] item;
bit[5] count;

h phase_bits;
h item;
for int k in [0:4] {
	ctrl @ pow(2 ** k) @ grover phase_bits[k], item[0], item[1], item[2];
}

// Inverse Fourier transform, least significant bit 0.
swap phase_bits[0], phase_bits[4];
swap phase_bits[1], phase_bits[3];
for int i in [0:4] {
	for int j in [0:i - 1] {
		cp(-pi / 2 ** (i - j)) phase_bits[j], phase_bits[i];
	}
	h phase_bits[i];
}
count = measure phase_bits;
