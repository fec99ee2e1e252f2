export default function Page() {
  return <h1>Sign-in is not available at the moment.</h1>;
}
