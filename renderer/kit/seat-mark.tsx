/** The product's own mark: a seat, outlined or filled. */
interface SeatMarkProps {
  readonly size?: number;
  readonly isFilled?: boolean;
}

export function SeatMark({ size = 20, isFilled = false }: SeatMarkProps) {
  const fill = isFilled ? 'currentColor' : 'none';
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M5.5 3.2c0-.7.5-1.2 1.2-1.2h6.6c.7 0 1.2.5 1.2 1.2V10h-9Z" fill={fill} />
      <path d="M3.5 10h13c.6 0 1 .4 1 1v2.5h-15V11c0-.6.4-1 1-1Z" fill={fill} />
      <path d="M4.5 13.5V18M15.5 13.5V18" />
    </svg>
  );
}
